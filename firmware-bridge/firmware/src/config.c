/* Settings. */
#include "config.h"
#include <string.h>
#include "hal.h"
#include "store.h"
#include "wire.h"

#define PLAIN 14
#define SETTINGS (PLAIN + ROLES)
_Static_assert(PLAIN * 2 + ROLES == STORE_CONFIG_BYTES, "the store keeps all settings");

struct setting {
  uint16_t min;
  uint16_t max;
  uint16_t factory;
};
static const struct setting plain[PLAIN] = {
    {0, 3, 0},      {100, 60000, 5000}, {100, 60000, 30000}, {1, 3600, 30}, {0, 15, 3},  {2, 600, 10},
    {1, 600, 10},   {5, 250, 30},       {0, 63, 0},          {0, 63, 63},   {1, 100, 15},
    {0, 100, 0},    {20, 1000, 70},     {0, 2000, 400},
};
static const uint8_t factory_pins[ROLES] = {2, 3, 4, 5, 6, 7, 8, NO_PIN, 9, 13};

static uint16_t values[SETTINGS];
static uint8_t pins[ROLES];

static uint8_t index_of(uint8_t key) {
  if (key >= 1 && key <= PLAIN) return (uint8_t)(key - 1);
  if (key >= CONFIG_PIN && key < CONFIG_PIN + ROLES) return (uint8_t)(key - CONFIG_PIN + PLAIN);
  return SETTINGS;
}

static bool pin_fits(uint8_t role, uint16_t pin) {
  if (pin == NO_PIN) return true;
  if (pin < 2 || pin >= hal_chip.pins) return false;
  for (uint8_t other = 0; other < ROLES; other++)
    if (other != role && values[PLAIN + other] == pin) return false;
  return true;
}

static bool fits(uint8_t index, uint16_t value) {
  if (index >= PLAIN) return pin_fits((uint8_t)(index - PLAIN), value);
  return value >= plain[index].min && value <= plain[index].max;
}

/* Pins are bytes. */
static void pack(uint8_t bytes[STORE_CONFIG_BYTES]) {
  for (uint8_t i = 0; i < PLAIN; i++) {
    bytes[2 * i] = (uint8_t)(values[i] & 0xFF);
    bytes[2 * i + 1] = (uint8_t)(values[i] >> 8);
  }
  for (uint8_t role = 0; role < ROLES; role++) bytes[2 * PLAIN + role] = (uint8_t)values[PLAIN + role];
}

static void unpack(const uint8_t bytes[STORE_CONFIG_BYTES]) {
  for (uint8_t i = 0; i < PLAIN; i++) values[i] = (uint16_t)(bytes[2 * i] | (bytes[2 * i + 1] << 8));
  for (uint8_t role = 0; role < ROLES; role++) values[PLAIN + role] = bytes[2 * PLAIN + role];
}

static void take_factory(void) {
  for (uint8_t i = 0; i < SETTINGS; i++) values[i] = i < PLAIN ? plain[i].factory : factory_pins[i - PLAIN];
}

bool config_start(void) {
  uint8_t bytes[STORE_CONFIG_BYTES];
  const enum store_found found = store_find_config(bytes);
  take_factory();
  bool sound = true;
  if (found == STORE_WHOLE) {
    unpack(bytes);
    for (uint8_t i = 0; i < SETTINGS; i++) sound = sound && fits(i, values[i]);
    if (!sound) take_factory();
  }
  for (uint8_t role = 0; role < ROLES; role++) pins[role] = (uint8_t)values[PLAIN + role];
  return found == STORE_UNREADABLE || !sound;
}

uint16_t config_get(uint8_t key) {
  const uint8_t index = index_of(key);
  return index < SETTINGS ? values[index] : 0;
}

bool config_knows(uint8_t key) { return index_of(key) < SETTINGS; }

enum config_status config_set(uint8_t key, uint16_t value) {
  const uint8_t index = index_of(key);
  if (index >= SETTINGS) return CONFIG_NO_KEY;
  if (!fits(index, value)) return CONFIG_RANGE;
  if (values[index] == value) return CONFIG_OK;
  if (store_busy()) return CONFIG_BUSY;
  values[index] = value;
  uint8_t bytes[STORE_CONFIG_BYTES];
  pack(bytes);
  store_save_config(bytes);
  return CONFIG_OK;
}

uint16_t config_crc(void) {
  uint16_t crc = CRC_START;
  for (uint8_t i = 0; i < SETTINGS; i++) {
    const uint8_t bytes[2] = {(uint8_t)(values[i] & 0xFF), (uint8_t)(values[i] >> 8)};
    crc = crc16(crc, bytes, sizeof bytes);
  }
  return crc;
}

uint8_t role_pin(uint8_t role) { return pins[role]; }

bool pin_has_role(uint8_t pin) {
  for (uint8_t role = 0; role < ROLES; role++)
    if (pins[role] == pin) return true;
  return false;
}
