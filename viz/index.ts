// Pictures of placements and runs, and the viewer's server.
export { type ChartOptions, type ChartPanel, renderCurvesSvg, renderPanelsSvg } from "./curve-chart.js";
export { type DesignFrame, unpackFrame, withFrame } from "./design-frame.js";
export { type Packed, pack, unpack } from "./packing.js";
export { type PngPrinter, type PrintedState, renderPage } from "./page-file.js";
export * from "./protocol.js";
export { type Report, type ReportFile, renderReportHtml } from "./report.js";
export { type RoutingMaps, type RoutingScene, renderRoutingSvg } from "./routing-picture.js";
export { startViewServer, type ViewServer, type ViewSource } from "./server/server.js";
export * from "./svg.js";
