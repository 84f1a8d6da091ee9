/**
 * What a running mount tells those who watch it. <em>Activity</em> is counted where it happens;
 * <em>metrics</em> are these counts, those of the caches and what a driver knows of itself, under
 * the names of docs/monitoring.md, served to Prometheus. The only package that knows Micrometer.
 */
package dev.holdfast.metrics;
