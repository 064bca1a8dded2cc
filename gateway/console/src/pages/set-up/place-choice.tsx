/** A door or a room out of all of the site, found by typing part of its number. */
import { Input, Modal, Select } from "antd";
import { useState } from "react";
import { Field } from "../../parts/field.tsx";
import { useWords } from "../../words/language.ts";
import { setUpDevicesWords } from "../../words/set-up-devices.ts";
import { type DeviceKind, isAtDoor, UNPLACED } from "./candidates.ts";
import type { Place } from "./number-match.ts";
import type { Places } from "./places.ts";

interface PlaceChoiceProps {
  readonly label: string;
  readonly places: Places;
  readonly kind: DeviceKind | undefined;
  readonly place: string | undefined;
  readonly disabled?: boolean;
  /** Also offers to find the door with a card. */
  readonly later?: boolean;
  /** Names a gate that is not there yet; answers its place. */
  readonly onNewGate?: (name: string) => string;
  readonly onPlace: (place: string) => void;
}

const NEW_GATE = "new-gate";

const optionOf = (group: "portal" | "space", { id, names }: Place) => ({
  value: `${group}:${id}`,
  label: [id, ...names.filter((name) => name !== id)].slice(0, 3).join(" · "),
  search: [id, ...names].join(" ").toLowerCase(),
});

export function PlaceChoice(props: PlaceChoiceProps) {
  const { label, places, kind, place, disabled, later, onNewGate, onPlace } = props;
  const [naming, setNaming] = useState(false);
  const words = useWords(setUpDevicesWords);
  const doors = { label: words.doorsGroup, options: places.portals.map((one) => optionOf("portal", one)) };
  const rooms = { label: words.roomsGroup, options: places.spaces.map((one) => optionOf("space", one)) };
  const added = { value: NEW_GATE, label: words.newGate, search: words.gateSearch };
  const known = places.gates.map((one) => {
    const option = optionOf("portal", one);
    return { ...option, search: `${option.search} ${words.gateSearch}` };
  });
  const gates = { label: words.gatesGroup, options: onNewGate === undefined ? known : [...known, added] };
  const waiting = { value: `space:${UNPLACED}`, label: words.later, search: "" };
  const all = isAtDoor(kind) ? [doors, gates, rooms] : [rooms, doors, gates];
  const groups = all.filter(({ options }) => options.length > 0);
  return (
    <>
      <Select
        className="gh-wide"
        aria-label={label}
        showSearch={{
          filterOption: (text, option) =>
            (option !== undefined && "search" in option ? option.search : "").includes(text.trim().toLowerCase()),
        }}
        placeholder={words.choosePlace}
        disabled={disabled === true}
        {...(place === undefined ? {} : { value: place })}
        onChange={(value) => (value === NEW_GATE ? setNaming(true) : onPlace(value))}
        options={later === true ? [waiting, ...groups] : groups}
      />
      {naming && onNewGate !== undefined && (
        <GateName onClose={() => setNaming(false)} onName={(name) => onPlace(onNewGate(name))} />
      )}
    </>
  );
}

interface GateNameProps {
  readonly onClose: () => void;
  readonly onName: (name: string) => void;
}

function GateName({ onClose, onName }: GateNameProps) {
  const words = useWords(setUpDevicesWords);
  const [name, setName] = useState<string>(words.gate);
  const use = () => {
    onClose();
    onName(name.trim());
  };
  return (
    <Modal
      open
      title={words.newGate}
      okText={words.use}
      okButtonProps={{ disabled: name.trim() === "" }}
      onOk={use}
      onCancel={onClose}
    >
      <Field label={words.gateName} help={words.gateHint}>
        {(bind) => (
          <Input
            {...bind}
            autoFocus
            maxLength={100}
            value={name}
            onChange={(event) => setName(event.target.value)}
            onPressEnter={(event) => {
              event.preventDefault();
              if (name.trim() !== "") use();
            }}
          />
        )}
      </Field>
    </Modal>
  );
}
