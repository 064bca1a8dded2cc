/** The one-file build of ECharts: loads in a fifth of the time of its many modules. Its types are those of the package. */
declare module "echarts/dist/echarts.esm.min.mjs" {
  export { init } from "echarts";
}
