/** The door by its plate: the phone's camera reads the code where the browser can, everybody can type the number. */
import { Button, Input, Modal, Typography } from "antd";
import { useState } from "react";
import { Field } from "../../parts/field.tsx";
import { fill, useWords } from "../../words/language.ts";
import { setUpDevicesWords } from "../../words/set-up-devices.ts";
import { type DeviceKind, isAtDoor } from "./candidates.ts";
import { CodeCamera, canScan } from "./code-camera.tsx";
import { plateOf } from "./label-sheet.ts";
import type { Places } from "./places.ts";
import { placeByPlate } from "./plate-place.ts";

interface PlateScanProps {
  readonly places: Places;
  readonly kind: DeviceKind;
  readonly onPlace: (place: string) => void;
}

export function PlateScan({ places, kind, onPlace }: PlateScanProps) {
  const words = useWords(setUpDevicesWords);
  const [open, setOpen] = useState(false);
  const [typed, setTyped] = useState("");
  const [unknown, setUnknown] = useState("");
  const use = (text: string) => {
    const plate = plateOf(text);
    const place = placeByPlate(plate, places, isAtDoor(kind));
    if (place === undefined) return setUnknown(plate);
    setUnknown("");
    setTyped("");
    setOpen(false);
    onPlace(place);
  };
  return (
    <>
      <Button onClick={() => setOpen(true)}>{words.scanPlate}</Button>
      <Modal
        open={open}
        title={words.scanPlate}
        okText={words.use}
        onOk={() => use(typed)}
        okButtonProps={{ disabled: typed.trim() === "" }}
        onCancel={() => setOpen(false)}
        destroyOnHidden
      >
        <Typography.Paragraph type="secondary">
          {canScan() ? words.plateHint : words.plateNoCamera}
        </Typography.Paragraph>
        {open && canScan() && <CodeCamera onCode={use} />}
        <Field
          label={words.plateNumber}
          wrong={unknown === "" ? undefined : fill(words.plateUnknown, { plate: unknown })}
        >
          {(bind) => (
            <Input
              {...bind}
              autoFocus={!canScan()}
              value={typed}
              onChange={(event) => setTyped(event.target.value)}
              onPressEnter={(event) => {
                event.preventDefault();
                use(typed);
              }}
            />
          )}
        </Field>
      </Modal>
    </>
  );
}
