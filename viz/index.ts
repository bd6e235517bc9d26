// Pictures of placements and runs.
export { type ChartPanel, renderPanelsSvg } from "./chart-panels.js";
export { type ChartOptions, renderCurvesSvg } from "./curve-chart.js";
export { type Report, type ReportFile, renderReportHtml } from "./report.js";
export * from "./svg.js";
