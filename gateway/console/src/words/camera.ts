/** Words of a camera that reads codes: why it does not, and what to do instead. */
import { dictionary } from "./language.ts";

export const cameraWords = dictionary({
  none: { zh: "没有找到摄像头，请输入号码。", en: "There is no camera here: type the number." },
  forbidden: {
    zh: "浏览器不允许使用摄像头。请在浏览器设置中允许，或输入号码。",
    en: "The browser does not allow the camera. Allow it in the browser's settings, or type the number.",
  },
  busy: {
    zh: "摄像头正被别的应用占用。关闭后再试，或输入号码。",
    en: "Another app uses the camera. Close it and try again, or type the number.",
  },
  other: { zh: "摄像头打不开，请输入号码。", en: "The camera does not open: type the number." },
});
