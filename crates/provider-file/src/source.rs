//! Files as a source of objects.

use std::{path::PathBuf, sync::Arc, time::Duration};

use eg_diag::Kind;
use eg_resources::{Batch, BoxFuture, ChangeSink, Decoder, ResourceSource, SourceError, SourceId};
use tokio::{
    task::spawn_blocking,
    time::{Instant, sleep},
};

use crate::{
    FileStatusSink, Problems,
    folder::Folder,
    pending::{Debounce, Happened, Pending},
};

/// Which files a source reads, and how.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct FileOptions {
    /// Files, and directories whose files are read, everything below included.
    pub paths: Vec<PathBuf>,
    /// Reads the objects; says which kinds there are.
    pub decoder: Decoder,
    /// Where to find what is wrong with the files.
    pub problems: Problems,
    /// Where statuses of these objects are written, to be told of objects that are gone.
    pub statuses: Option<FileStatusSink>,
    /// Time between two looks at everything, for changes that the operating system does not tell of (those made on
    /// another machine, for example). Default: 30 seconds.
    pub look_every: Duration,
    /// Time between two looks where the operating system cannot watch at all. Default: 1 second.
    pub look_every_unwatched: Duration,
}

impl FileOptions {
    /// Reads these files and directories, with customary settings.
    pub fn new(paths: impl IntoIterator<Item = impl Into<PathBuf>>) -> Self {
        Self {
            paths: paths.into_iter().map(Into::into).collect(),
            decoder: Decoder::new(),
            problems: Problems::new(),
            statuses: None,
            look_every: Duration::from_secs(30),
            look_every_unwatched: Duration::from_secs(1),
        }
    }
}

/// A [`ResourceSource`] of files and directories.
///
/// Needs a tokio runtime with time; files are read on its threads for blocking work. Nothing that files contain ends
/// it: look at [`FileOptions::problems`] for what is wrong with them.
#[derive(Debug)]
pub struct FileSource {
    options: FileOptions,
}

/// For how long events are gathered.
const DEBOUNCE: Debounce = Debounce {
    complete: Duration::from_millis(1),
    partial: Duration::from_millis(20),
    longest: Duration::from_millis(100),
};

impl FileSource {
    /// A source with these options; nothing is read before it runs.
    pub fn new(options: FileOptions) -> Self {
        Self { options }
    }

    /// The name of every source of files.
    pub fn source_id() -> SourceId {
        SourceId::new("file")
    }

    async fn watch(self, sink: Arc<dyn ChangeSink>) -> Result<(), SourceError> {
        let id = self.id();
        let FileOptions { paths, decoder, problems, statuses, look_every, look_every_unwatched } =
            self.options;
        let pending = Arc::new(Pending::default());
        let foreign: Vec<Kind> = decoder.foreign_kinds().collect();
        let folder = Folder::new(&paths, decoder, problems, Arc::clone(&pending));
        let mut folder = folder.map_err(|error| SourceError::Misconfigured(error.to_string()))?;
        let first;
        let told = statuses.clone();
        let load = move |folder: &mut Folder| {
            let objects = folder.load();
            if let Some(statuses) = told {
                statuses.retain(&objects, &foreign);
            }
            objects
        };
        (folder, first) = blocking(folder, load).await?;
        if sink.send(&id, Batch::Replace(first)).await.is_err() {
            return Ok(());
        }
        let mut looked = None;
        loop {
            let busy = looked.is_some_and(|at: Instant| at.elapsed() < DEBOUNCE.partial);
            let period = if folder.is_watched() { look_every } else { look_every_unwatched };
            let happened = tokio::select! {
                happened = pending.gather(&DEBOUNCE, busy) => happened,
                () = sleep(period) => Happened::everything(),
            };
            let changes;
            let told = statuses.clone();
            let update = move |folder: &mut Folder| {
                let changes = folder.update(&happened);
                if let Some(statuses) = told {
                    statuses.follow(&changes);
                }
                changes
            };
            (folder, changes) = blocking(folder, update).await?;
            if changes.is_empty() {
                continue;
            }
            looked = Some(Instant::now());
            if sink.send(&id, Batch::Changes(changes)).await.is_err() {
                return Ok(());
            }
        }
    }
}

impl ResourceSource for FileSource {
    fn id(&self) -> SourceId {
        Self::source_id()
    }

    fn run(self: Box<Self>, sink: Arc<dyn ChangeSink>) -> BoxFuture<'static, Result<(), SourceError>> {
        Box::pin(self.watch(sink))
    }
}

/// Lends the folder to a thread that may wait for disks.
async fn blocking<T: Send + 'static>(
    mut folder: Folder,
    work: impl FnOnce(&mut Folder) -> T + Send + 'static,
) -> Result<(Folder, T), SourceError> {
    let done = spawn_blocking(move || {
        let result = work(&mut folder);
        (folder, result)
    });
    done.await.map_err(|error| SourceError::Transient {
        what: "a look at the files did not end".to_owned(),
        source: Box::new(error),
    })
}
