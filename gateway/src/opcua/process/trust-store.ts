/**
 * The certificates of the other side, as node-opcua's manager keeps them, one step at a time. The manager decides, then writes its verdict into the
 * folders under a lock: a person who trusted the client in between was overruled, and the file moved back. Its own watchers of the folders came between
 * as well; followTrust() stands in their place.
 */
import { OPCUACertificateManager } from "node-opcua-certificate-manager";

export function openTrustStore(folder: string): OPCUACertificateManager {
  const store = new OPCUACertificateManager({
    rootFolder: folder,
    automaticallyAcceptUnknownCertificate: false,
    disableFileWatchers: true,
  });
  let last: Promise<unknown> = Promise.resolve();
  const alone = <Result>(step: () => Promise<Result>): Promise<Result> => {
    const result = last.then(step);
    last = result.catch(() => {});
    return result;
  };
  const check = store.checkCertificate.bind(store);
  const reload = store.reloadCertificates.bind(store);
  type Check = OPCUACertificateManager["checkCertificate"];
  type Answer = Parameters<Check>[1];
  const checkAlone = (certificate: Parameters<Check>[0], answer?: Answer) => {
    const status = alone(() => check(certificate));
    if (answer === undefined) return status;
    return status.then((checked) => answer(null, checked), answer);
  };
  store.checkCertificate = checkAlone as Check;
  store.reloadCertificates = () => alone(reload);
  return store;
}
