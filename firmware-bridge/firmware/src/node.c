/* The door node: order of the start, the millisecond, what is saved when, light and buzzer. */
#include "node.h"
#include "config.h"
#include "door.h"
#include "firmata.h"
#include "hal.h"
#include "image.h"
#include "journal.h"
#include "locks.h"
#include "own.h"
#include "store.h"

/* An hour of passages costs 60 writes; 58 records of a 328P stand 5.8 million. */
#define SAVE_MS 60000ul
#define FORCED_ALARM_MS 30000ul

static struct store_record saved;
static uint32_t saved_ms;
static uint16_t blink_ms;
static uint32_t alarm_ms;

/* Level that means active, by role: only the button pulls its line down. */
static const uint8_t active_low = 1 << ROLE_BUTTON;

static uint8_t read_inputs(void) {
  uint8_t active = 0;
  for (uint8_t role = 0; role < INPUT_ROLES; role++)
    if (role_pin(role) != NO_PIN && hal_pin_read(role_pin(role))) active |= (uint8_t)(1 << role);
  active ^= active_low ^ (uint8_t)config_get(CONFIG_INVERTED);
  for (uint8_t role = 0; role < INPUT_ROLES; role++)
    if (role_pin(role) == NO_PIN) active &= (uint8_t)~(1 << role);
  return active & (uint8_t)config_get(CONFIG_USED);
}

static void role_pins_start(void) {
  for (uint8_t role = 0; role < INPUT_ROLES; role++)
    if (role_pin(role) != NO_PIN) hal_pin_mode(role_pin(role), HAL_PULLUP);
  for (uint8_t role = ROLE_BUZZER; role <= ROLE_STATUS; role++)
    if (role_pin(role) != NO_PIN) hal_pin_mode(role_pin(role), HAL_OUTPUT);
}

/* A board that was never here before takes a number by chance: boot numbers start at 1 on each. */
static uint16_t own_identity(void) {
  uint16_t identity;
  if (store_find_identity(&identity)) return identity;
  identity = hal_chance();
  store_save_identity(identity);
  return identity;
}

HAL_OWN_FRAME void node_start(void) {
  struct board board = {.cause = hal_reset_cause()};
  /* First: the RAM that is read for it is overwritten by the journal. */
  board.identity = own_identity();
  board.config_lost = config_start();
  locks_start();
  role_pins_start();
  board.totals_lost = store_find_record(&saved) == STORE_UNREADABLE;
  saved.number++;
  saved.boot = saved.boot == UINT16_MAX ? 1 : (uint16_t)(saved.boot + 1);
  journal_start(saved.boot, &saved.totals);
  saved.totals = journal()->totals;
  /* Before anything is said: a boot number must never come twice. */
  store_save_record(&saved);
  store_finish();
  board.boot = saved.boot;
  board.records = &saved.number;
  /* The first passage of a life is saved at once: where the power goes every minute, something stays. */
  saved_ms = (uint32_t)(journal_time() - SAVE_MS);
  blink_ms = 0;
  alarm_ms = 0;
  journal_add(EVENT_STARTED, board.cause);
  for (uint8_t lock = 0; lock < LOCKS; lock++)
    if (lock_exists(lock)) journal_add(EVENT_LOCK_SECURED, (uint8_t)(lock + 16 * CAUSE_START));
  door_start(read_inputs());
  image_start();
  own_start(&board);
  firmata_start();
  /* The wait above is no time of the door. */
  hal_elapsed_ms();
}

static void save_totals(void) {
  const struct totals *totals = &journal()->totals;
  if (totals->in == saved.totals.in && totals->out == saved.totals.out) return;
  if (journal_time() - saved_ms < SAVE_MS || store_busy()) return;
  saved.number++;
  saved.totals = *totals;
  saved_ms = journal_time();
  store_save_record(&saved);
}

static void show(uint8_t role, bool on) {
  if (role_pin(role) != NO_PIN) hal_pin_write(role_pin(role), on);
}

/* Light: steady with a host, slow without, fast at fire. Buzzer: steady when forced, for a while; now and then when held. */
static void indicate(void) {
  if (++blink_ms >= 1000) blink_ms = 0;
  alarm_ms = door_forced() ? alarm_ms + 1 : 0;
  const bool slow = blink_ms < 500;
  const bool fast = blink_ms % 200 < 100;
  show(ROLE_STATUS, locks_on_fire() ? fast : own_session() || slow);
  const bool forced = alarm_ms > 0 && alarm_ms <= FORCED_ALARM_MS;
  show(ROLE_BUZZER, forced || (door_held() && fast && slow));
}

static void pass_ms(void) {
  journal_pass_time(1);
  door_step(read_inputs());
  locks_step();
  indicate();
  image_pass_ms();
  firmata_pass_ms();
}

void node_turn(void) {
  for (uint8_t elapsed = hal_elapsed_ms(); elapsed > 0; elapsed--) pass_ms();
  store_step();
  save_totals();
  firmata_step();
  hal_watchdog_pet();
}
