//! Following the configuration file while the control plane runs.

use std::{path::PathBuf, time::Duration};

use eg_api::config::EnvoyGateway;
use eg_runtime::{Event, Pipeline};

use crate::{chain, config, logging::Levels};

mod field;

/// Time between two looks at the file. Its content is compared, so links that are swapped and network file systems do.
const PERIOD: Duration = Duration::from_secs(1);

/// Puts changes of the file to work, for ever. A file that is wrong is reported, and what was in force stays.
pub(crate) async fn follow(path: PathBuf, mut current: EnvoyGateway, levels: Levels, pipeline: &Pipeline) {
    let mut complaint = None;
    loop {
        tokio::time::sleep(PERIOD).await;
        let at = path.clone();
        let Ok(loaded) = tokio::task::spawn_blocking(move || config::load(Some(&at))).await else { continue };
        match loaded {
            Ok(new) => {
                complaint = None;
                if new != current {
                    apply(&new, &current, &levels, pipeline).await;
                    current = new;
                }
            }
            Err(error) => {
                let error = chain(&error);
                if complaint.as_ref() != Some(&error) {
                    tracing::error!("the changed configuration is not used: {error}");
                }
                complaint = Some(error);
            }
        }
    }
}

async fn apply(new: &EnvoyGateway, old: &EnvoyGateway, levels: &Levels, pipeline: &Pipeline) {
    for field in field::changed(old, new) {
        if field.is_live() {
            tracing::info!(%field, "the configuration changed, and the change comes into force");
        } else {
            tracing::warn!(%field, "the configuration changed; this field comes into force when the control plane starts again");
        }
    }
    if let Some(logging) = new.logging.as_ref().filter(|_| new.logging != old.logging)
        && let Err(error) = levels.change(logging)
    {
        tracing::error!("levels of logs stay as they are: {}", chain(&error));
    }
    let mut settings = config::settings(new);
    let running = config::settings(old);
    // What runs the proxies is not exchanged under way.
    settings.infrastructure = running.infrastructure;
    // Nor are the kinds of objects that sources read.
    settings.foreign.clone_from(&running.foreign);
    if settings != running {
        pipeline.send(Event::Configure(Box::new(settings))).await;
    }
}
