/** Short keys of Home Assistant's MQTT discovery, as far as the components read here have them. */

const KEYS: Readonly<Record<string, string>> = {
  avty: "availability",
  avty_mode: "availability_mode",
  avty_t: "availability_topic",
  avty_tpl: "availability_template",
  cmd_t: "command_topic",
  cmd_tpl: "command_template",
  cmps: "components",
  cod_arm_req: "code_arm_required",
  cod_form: "code_format",
  dev: "device",
  dev_cla: "device_class",
  e: "encoding",
  en: "enabled_by_default",
  evt_typ: "event_types",
  exp_aft: "expire_after",
  frc_upd: "force_update",
  ic: "icon",
  json_attr: "json_attributes",
  json_attr_t: "json_attributes_topic",
  json_attr_tpl: "json_attributes_template",
  o: "origin",
  obj_id: "object_id",
  off_dly: "off_delay",
  opt: "optimistic",
  p: "platform",
  pl: "payload",
  pl_avail: "payload_available",
  pl_not_avail: "payload_not_available",
  pl_lock: "payload_lock",
  pl_off: "payload_off",
  pl_on: "payload_on",
  pl_open: "payload_open",
  pl_unlk: "payload_unlock",
  ret: "retain",
  stat_cla: "state_class",
  stat_jam: "state_jammed",
  stat_locked: "state_locked",
  stat_locking: "state_locking",
  stat_t: "state_topic",
  stat_tpl: "state_template",
  stat_unlocked: "state_unlocked",
  stat_unlocking: "state_unlocking",
  t: "topic",
  uniq_id: "unique_id",
  unit_of_meas: "unit_of_measurement",
  val_tpl: "value_template",
};

const DEVICE_KEYS: Readonly<Record<string, string>> = {
  cns: "connections",
  cu: "configuration_url",
  hw: "hw_version",
  ids: "identifiers",
  mdl: "model",
  mdl_id: "model_id",
  mf: "manufacturer",
  sa: "suggested_area",
  sn: "serial_number",
  sw: "sw_version",
};

const written = (keys: Readonly<Record<string, string>>, key: string): string =>
  (Object.hasOwn(keys, key) ? keys[key] : undefined) ?? key;

export const longKey = (key: string): string => written(KEYS, key);

export const longDeviceKey = (key: string): string => written(DEVICE_KEYS, key);
