//! Counts and times of this process, for Prometheus.

use std::sync::Arc;
use std::time::Duration;

use metrics_exporter_prometheus::PrometheusBuilder;

use super::ServiceError;

/// How often samples are taken into the histograms: between two times they all stay in memory, also
/// when nobody asks for `/metrics`.
const METRICS_UPKEEP: Duration = Duration::from_secs(1);

/// Begins to count, and answers what prints the counts.
pub fn metrics() -> Result<Arc<dyn Fn() -> String + Send + Sync>, ServiceError> {
    let recorder = PrometheusBuilder::new()
        .install_recorder()
        .map_err(|error| ServiceError::Running(format!("metrics: {error}")))?;
    let kept = recorder.clone();
    tokio::spawn(async move {
        let mut often = tokio::time::interval(METRICS_UPKEEP);
        loop {
            often.tick().await;
            kept.run_upkeep();
        }
    });
    Ok(Arc::new(move || recorder.render()))
}
