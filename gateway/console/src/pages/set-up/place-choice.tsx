/** A door or a room out of all of the site, found by typing part of its number. */
import { Select } from "antd";
import { useWords } from "../../words/language.ts";
import { setUpDevicesWords } from "../../words/set-up-devices.ts";
import { type DeviceKind, isAtDoor, type Places, UNPLACED } from "./candidates.ts";
import type { Place } from "./number-match.ts";

interface PlaceChoiceProps {
  readonly label: string;
  readonly places: Places;
  readonly kind: DeviceKind | undefined;
  readonly place: string | undefined;
  readonly disabled?: boolean;
  /** Also offers to find the door with a card. */
  readonly later?: boolean;
  readonly onPlace: (place: string) => void;
}

const optionOf = (group: "portal" | "space", { id, names }: Place) => ({
  value: `${group}:${id}`,
  label: [id, ...names.filter((name) => name !== id)].slice(0, 3).join(" · "),
  search: [id, ...names].join(" ").toLowerCase(),
});

export function PlaceChoice({ label, places, kind, place, disabled, later, onPlace }: PlaceChoiceProps) {
  const words = useWords(setUpDevicesWords);
  const doors = { label: words.doorsGroup, options: places.portals.map((one) => optionOf("portal", one)) };
  const rooms = { label: words.roomsGroup, options: places.spaces.map((one) => optionOf("space", one)) };
  const waiting = { value: `space:${UNPLACED}`, label: words.later, search: "" };
  const groups = isAtDoor(kind) ? [doors, rooms] : [rooms, doors];
  return (
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
      onChange={onPlace}
      options={later === true ? [waiting, ...groups] : groups}
    />
  );
}
