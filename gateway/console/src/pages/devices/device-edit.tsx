/** Where a device sits and how it is read, changed with a look at the difference first. */
import { App, Button, Flex, Switch } from "antd";
import { useState } from "react";
import { Field } from "../../parts/field.tsx";
import { go, linkTo } from "../../shell/route.ts";
import { devicesWords } from "../../words/devices.ts";
import { fill, useWords } from "../../words/language.ts";
import { type DeviceKind, moveEdits } from "../set-up/candidates.ts";
import { PlaceChoice } from "../set-up/place-choice.tsx";
import { placesOf } from "../set-up/places.ts";
import type { Edit } from "../set-up/site-file.ts";
import { type SetUp, useSetUp } from "../set-up/use-set-up.ts";
import { ReviewEdits } from "./review-edits.tsx";

export function DeviceEdit({ id, onApplied }: { readonly id: string; readonly onApplied: () => void }) {
  const words = useWords(devicesWords);
  const { setUp } = useSetUp();
  const device = setUp?.file.site.devices?.find((one) => one.id === id);
  return (
    <section className="gh-panel-wide">
      <h2>{words.settings}</h2>
      {setUp !== undefined && device !== undefined && (
        <EditForm key={setUp.file.hash} id={id} setUp={setUp} device={device} onApplied={onApplied} />
      )}
    </section>
  );
}

type DeviceText = NonNullable<SetUp["file"]["site"]["devices"]>[number];

interface EditFormProps {
  readonly id: string;
  readonly setUp: SetUp;
  readonly device: DeviceText;
  readonly onApplied: () => void;
}

function EditForm({ id, setUp, device, onApplied }: EditFormProps) {
  const words = useWords(devicesWords);
  const was = device.portal === undefined ? `space:${device.space ?? ""}` : `portal:${device.portal}`;
  const [place, setPlace] = useState(was);
  const [watch, setWatch] = useState(device["watch"] !== false);
  const [reversed, setReversed] = useState(device["reversed"] === true);
  const [edits, setEdits] = useState<readonly Edit[]>();
  const kind = device["kind"] as DeviceKind;
  const wanted: readonly Edit[] = [
    ...(place === was ? [] : moveEdits(new Map([[id, place]]), setUp.file.site)),
    ...flagEdit(`devices/${id}/watch`, device["watch"] !== false, watch),
    ...flagEdit(`devices/${id}/reversed`, device["reversed"] === true, reversed),
  ];
  const counts = kind === "counter" || kind === "turnstile";
  return (
    <>
      <div className="gh-fields">
        <Field label={words.where}>
          {() => (
            <PlaceChoice
              label={words.where}
              places={placesOf(setUp.file.site)}
              kind={kind}
              place={place}
              onPlace={setPlace}
            />
          )}
        </Field>
        <Field label={words.watch} help={words.watchHint}>
          {(bind) => (
            <div>
              <Switch id={bind.id} checked={watch} onChange={setWatch} />
            </div>
          )}
        </Field>
        {counts && (
          <Field label={words.reversed} help={words.reversedHint}>
            {(bind) => (
              <div>
                <Switch id={bind.id} checked={reversed} onChange={setReversed} />
              </div>
            )}
          </Field>
        )}
      </div>
      <Flex gap="small" wrap>
        <Button type="primary" disabled={wanted.length === 0} onClick={() => setEdits(wanted)}>
          {words.review}
        </Button>
        <RemoveButton id={id} onRemove={() => setEdits([{ op: "remove", path: `devices/${id}` }])} />
      </Flex>
      {edits !== undefined && (
        <ReviewEdits
          setUp={setUp}
          edits={edits}
          note={`device ${id}`}
          onClose={() => setEdits(undefined)}
          onApplied={() => {
            setEdits(undefined);
            if (edits.some(({ op, path }) => op === "remove" && path === `devices/${id}`)) go(linkTo("/devices"));
            else onApplied();
          }}
        />
      )}
    </>
  );
}

const flagEdit = (path: string, was: boolean, is: boolean): readonly Edit[] =>
  was === is ? [] : [{ op: "set", path, value: is }];

function RemoveButton({ id, onRemove }: { readonly id: string; readonly onRemove: () => void }) {
  const words = useWords(devicesWords);
  const { modal } = App.useApp();
  return (
    <Button
      danger
      onClick={() =>
        modal.confirm({
          title: words.remove,
          content: fill(words.removeConfirm, { id }),
          okText: words.review,
          cancelText: words.cancel,
          onOk: onRemove,
        })
      }
    >
      {words.remove}
    </Button>
  );
}
