//! Figures for people and for files.

use std::{collections::BTreeMap, error::Error, io, io::Write};

use serde_json::{Value, json};

use crate::measure::{Edit, Measured, Memory};

/// What does not depend on the machine, by name: `layout/subject/measure`.
pub(crate) type Ratios = BTreeMap<String, f64>;

/// Prints the figures of one world.
pub(crate) fn row(out: &mut impl Write, measured: &Measured) -> io::Result<()> {
    let Measured { layout, routes, scratch, route_edit, endpoint_edit, memory, units } = measured;
    writeln!(out, "{layout}, {routes} routes")?;
    writeln!(
        out,
        "  from scratch   translate {:.1} ms, emit {:.1} ms: {:.0} routes/s; a whole step {:.1} ms",
        scratch.translate_ms, scratch.emit_ms, scratch.routes_per_second, scratch.step_ms
    )?;
    edit(out, "one route", route_edit)?;
    edit(out, "one endpoint", endpoint_edit)?;
    memory_row(out, memory)?;
    writeln!(out, "  units          {} ({})", units.values().sum::<usize>(), listed(units))
}

/// Prints what a world takes in memory.
pub(crate) fn memory_row(out: &mut impl Write, memory: &Memory) -> io::Result<()> {
    writeln!(
        out,
        "  memory         {} B of heap a route, {} B of them objects; {} B resident",
        memory.heap_per_route, memory.objects_per_route, memory.resident_per_route
    )
}

fn edit(out: &mut impl Write, name: &str, measured: &Edit) -> io::Result<()> {
    let [store, translate, emit] = measured.parts_us;
    writeln!(
        out,
        "  {name:<14} {:.0} us (store {store:.0}, translate {translate:.0}, emit {emit:.0}; translation alone {:.0}, with cold caches {:.0}, of one object again and again {:.0}), {} allocations, {} KiB, \
         {} resources, {} reads, runs: {}",
        measured.median_us,
        measured.alone_us,
        measured.cold_us,
        measured.again_us,
        measured.allocations,
        measured.allocated_bytes / 1024,
        measured.resources,
        measured.reads,
        listed(&measured.runs)
    )
}

fn listed(counts: &BTreeMap<&'static str, usize>) -> String {
    let shown: Vec<String> = counts.iter().map(|(name, count)| format!("{count} {name}")).collect();
    shown.join(", ")
}

/// How the largest world compares with the smallest of its layout, and edits with translation from scratch.
#[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
pub(crate) fn ratios(measured: &[Measured]) -> Ratios {
    let mut ratios = Ratios::new();
    let layouts: Vec<&str> = measured.iter().map(|one| one.layout.as_str()).collect();
    for layout in layouts {
        let of_layout = || measured.iter().filter(|one| one.layout == layout);
        let (Some(small), Some(large)) =
            (of_layout().min_by_key(|one| one.routes), of_layout().max_by_key(|one| one.routes))
        else {
            continue;
        };
        let mut put = |name: String, value: f64| ratios.insert(format!("{layout}/{name}"), value);
        let edits = [
            ("route_edit", &small.route_edit, &large.route_edit),
            ("endpoint_edit", &small.endpoint_edit, &large.endpoint_edit),
        ];
        for (name, small, of_large) in edits {
            put(format!("{name}/time_growth"), of_large.median_us / small.median_us);
            put(format!("{name}/translation_growth"), of_large.alone_us / small.alone_us);
            put(format!("{name}/cold_translation_growth"), of_large.cold_us / small.cold_us);
            put(format!("{name}/repeated_translation_growth"), of_large.again_us / small.again_us);
            put(format!("{name}/allocation_growth"), of_large.allocations as f64 / small.allocations as f64);
            put(format!("{name}/allocations"), of_large.allocations as f64);
            put(format!("{name}/reads"), of_large.reads as f64);
            put(format!("{name}/runs"), of_large.runs.values().sum::<usize>() as f64);
            put(format!("{name}/scratch_share"), of_large.median_us / 1e3 / large.scratch.step_ms);
        }
        let a_route = |one: &Measured| one.scratch.step_ms / one.routes as f64;
        put("scratch/time_growth_of_a_route".to_owned(), a_route(large) / a_route(small));
        put("memory/heap_per_route".to_owned(), large.memory.heap_per_route as f64);
    }
    ratios
}

/// Prints the ratios.
pub(crate) fn ratio_table(out: &mut impl Write, ratios: &Ratios) -> io::Result<()> {
    ratios.iter().try_for_each(|(name, value)| writeln!(out, "{name:<48} {value:>12.4}"))
}

/// Everything as JSON.
pub(crate) fn json(measured: &[Measured], ratios: &Ratios) -> Result<Value, Box<dyn Error>> {
    Ok(json!({"worlds": serde_json::to_value(measured)?, "ratios": ratios}))
}
