/** Photos of visits, where the site allows them. */
import type { Alert } from "@gatehouse/protocol";
import { Button } from "antd";
import { useRef } from "react";
import type { AnswerOf } from "../../../../src/console/table/index.ts";
import { addressOf } from "../../client/client.ts";
import { Failed } from "../../parts/failed.tsx";
import { useDoing } from "../../parts/use-doing.ts";
import { call } from "../../shell/box.ts";
import { useMay } from "../../shell/session.ts";
import { useSite, useTimes } from "../../shell/site.tsx";
import { alertWords } from "../../words/alerts.ts";
import { fill, useWords } from "../../words/language.ts";

export interface AlertPhotosProps {
  readonly alert: Alert;
  readonly photos: AnswerOf<"GET /api/1/alerts/:id">["photos"];
  readonly onAdded: () => void;
}

export function AlertPhotos({ alert, photos, onAdded }: AlertPhotosProps) {
  const words = useWords(alertWords);
  const { time } = useTimes();
  const allowed = useSite()?.photos === true;
  const maySee = useMay("manager", "auditor");
  const mayAdd = useMay("manager");
  if (!maySee || (!allowed && photos.length === 0)) return null;
  return (
    <section className="card">
      <h2>{words.photos}</h2>
      <div className="photos">
        {photos.map(({ id, at, by }) => {
          const says = fill(words.photoBy, { by, at: time(at) });
          const address = addressOf("GET /api/1/alerts/:id/photos/:photo", { params: { id: alert.id, photo: id } });
          return (
            <figure key={id}>
              <a href={address} target="_blank" rel="noreferrer">
                <img src={address} alt={says} loading="lazy" />
              </a>
              <figcaption className="under">
                <bdi>{says}</bdi>
              </figcaption>
            </figure>
          );
        })}
      </div>
      {allowed && mayAdd ? <AddPhoto id={alert.id} onAdded={onAdded} /> : null}
    </section>
  );
}

function AddPhoto({ id, onAdded }: { readonly id: string; readonly onAdded: () => void }) {
  const words = useWords(alertWords);
  const input = useRef<HTMLInputElement>(null);
  const { busy, problem, run } = useDoing();
  const add = async (file: File | undefined) => {
    if (input.current !== null) input.current.value = "";
    if (file !== undefined && (await run(() => call("POST /api/1/alerts/:id/photos", { params: { id }, body: file }))))
      onAdded();
  };
  return (
    <div className="no-print">
      <input
        ref={input}
        type="file"
        accept="image/jpeg,image/png"
        className="unseen"
        tabIndex={-1}
        aria-label={words.addPhoto}
        onChange={({ target }) => void add(target.files?.[0])}
      />
      <Button loading={busy} onClick={() => input.current?.click()}>
        {words.addPhoto}
      </Button>
      <p className="under">{words.photoHelp}</p>
      {problem === undefined ? null : <Failed problem={problem} />}
    </div>
  );
}
