// Pictures of placements and runs.
export { type ChartOptions, renderCurvesSvg } from "./curve-chart.js";
export { type Report, type ReportFile, renderReportHtml } from "./report.js";
export * from "./svg.js";
