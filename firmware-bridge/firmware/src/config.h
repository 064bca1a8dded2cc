/* Settings: ranges, factory values, what is kept. Keys as in protocol/firmware-messages.md. */
#ifndef CONFIG_H
#define CONFIG_H
#include <stdbool.h>
#include <stdint.h>

enum config_key {
  CONFIG_FAIL_SAFE = 0x01,
  CONFIG_PULSE = 0x02,
  CONFIG_PULSE_LIMIT = 0x03,
  CONFIG_HELD = 0x04,
  CONFIG_FLAGS = 0x05,
  CONFIG_HOST_LOST = 0x06,
  CONFIG_BEAM_BLOCKED = 0x07,
  CONFIG_DEBOUNCE = 0x08,
  CONFIG_INVERTED = 0x09,
  CONFIG_USED = 0x0A,
  CONFIG_BODY = 0x0B,
  CONFIG_GAP = 0x0C,
  CONFIG_LONG = 0x0D,
  CONFIG_RETURN = 0x0E,
  CONFIG_PIN = 0x10, /* + role */
};
enum { FLAG_BUTTON_RELEASES = 1, FLAG_SECURE_WHEN_CLOSED = 2, FLAG_MAY_HOLD = 4, FLAG_BEAMS_SWAPPED = 8 };
enum role { ROLE_BEAM_A, ROLE_BEAM_B, ROLE_CONTACT, ROLE_BUTTON, ROLE_TAMPER, ROLE_FIRE, ROLE_LOCK_0, ROLE_LOCK_1, ROLE_BUZZER, ROLE_STATUS, ROLES };
#define INPUT_ROLES 6
#define NO_PIN 127

enum config_status { CONFIG_OK, CONFIG_NO_KEY, CONFIG_RANGE, CONFIG_BUSY };

/* True when what was kept could not be read and factory values stand instead. */
bool config_start(void);
uint16_t config_get(uint8_t key);
bool config_knows(uint8_t key);
enum config_status config_set(uint8_t key, uint16_t value);
uint16_t config_crc(void);
/* Pin of a role as it was at the start, or NO_PIN. */
uint8_t role_pin(uint8_t role);
bool pin_has_role(uint8_t pin);

#endif
