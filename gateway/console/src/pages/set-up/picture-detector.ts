/** Finds a QR code in a picture of the camera by arithmetic alone, for browsers without a reader of their own. */
import jsQr from "jsqr";

/** Large enough for a plate at arm's length, small enough for an old phone. */
const LONGEST_SIDE = 640;

export function pictureDetector() {
  const canvas = document.createElement("canvas");
  const picture = canvas.getContext("2d", { willReadFrequently: true });
  return {
    detect(video: HTMLVideoElement): Promise<readonly { readonly rawValue: string }[]> {
      const { videoWidth, videoHeight } = video;
      const scale = Math.min(1, LONGEST_SIDE / Math.max(videoWidth, videoHeight, 1));
      canvas.width = Math.max(1, Math.round(videoWidth * scale));
      canvas.height = Math.max(1, Math.round(videoHeight * scale));
      if (picture === null || videoWidth === 0) return Promise.resolve([]);
      picture.drawImage(video, 0, 0, canvas.width, canvas.height);
      const { data, width, height } = picture.getImageData(0, 0, canvas.width, canvas.height);
      const found = jsQr(data, width, height);
      return Promise.resolve(found === null || found.data === "" ? [] : [{ rawValue: found.data }]);
    },
  };
}
