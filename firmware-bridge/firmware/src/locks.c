/* Locks. */
#include "locks.h"
#include "config.h"
#include "hal.h"
#include "journal.h"

/* Somebody pulls the door at the last moment of a pulse. */
#define GRACE_MS 1000

static struct lock {
  bool released;
  /* A pulse ends at until_ms; without one it is held until told. */
  bool pulse;
  bool opened;
  uint32_t until_ms;
} locks[LOCKS];
static bool fire;
static bool grace;
static uint32_t grace_until_ms;

static bool is_past(uint32_t instant_ms) { return (int32_t)(journal_time() - instant_ms) >= 0; }

static void drive(uint8_t lock) {
  const uint8_t pin = role_pin((uint8_t)(ROLE_LOCK_0 + lock));
  if (pin == NO_PIN) return;
  const bool fail_safe = (config_get(CONFIG_FAIL_SAFE) >> lock) & 1;
  hal_pin_write(pin, locks[lock].released != fail_safe);
}

void locks_start(void) {
  fire = false;
  grace = false;
  for (uint8_t lock = 0; lock < LOCKS; lock++) {
    locks[lock] = (struct lock){0};
    drive(lock);
    if (lock_exists(lock)) hal_pin_mode(role_pin((uint8_t)(ROLE_LOCK_0 + lock)), HAL_OUTPUT);
    drive(lock);
  }
}

bool lock_exists(uint8_t lock) { return lock < LOCKS && role_pin((uint8_t)(ROLE_LOCK_0 + lock)) != NO_PIN; }

bool lock_released(uint8_t lock) { return locks[lock].released; }

uint8_t locks_count(void) { return (uint8_t)(lock_exists(0) + lock_exists(1)); }

bool locks_let_pass(void) { return grace || locks[0].released || locks[1].released; }

static void note(uint8_t kind, uint8_t lock, uint8_t cause) { journal_add(kind, (uint8_t)(lock + 16 * cause)); }

void lock_release(uint8_t lock, uint8_t cause, uint16_t pulse_ms) {
  if (!lock_exists(lock)) return;
  struct lock *one = &locks[lock];
  const bool news = !one->released;
  /* Nobody inside ends what was released until told. */
  if (cause == CAUSE_BUTTON && !news && !one->pulse) return;
  one->released = true;
  one->pulse = pulse_ms > 0;
  one->opened = false;
  one->until_ms = journal_time() + pulse_ms;
  drive(lock);
  if (news) note(EVENT_LOCK_RELEASED, lock, cause);
}

void lock_secure(uint8_t lock, uint8_t cause) {
  struct lock *one = &locks[lock];
  if (!one->released || fire) return;
  one->released = false;
  drive(lock);
  grace = true;
  grace_until_ms = journal_time() + GRACE_MS;
  note(EVENT_LOCK_SECURED, lock, cause);
}

void locks_fire(bool now) {
  fire = now;
  for (uint8_t lock = 0; lock < LOCKS; lock++) {
    if (fire) lock_release(lock, CAUSE_FIRE, 0);
    else lock_secure(lock, CAUSE_FIRE);
  }
}

bool locks_on_fire(void) { return fire; }

void locks_host_lost(void) {
  for (uint8_t lock = 0; lock < LOCKS; lock++)
    if (!locks[lock].pulse) lock_secure(lock, CAUSE_HOST_LOST);
}

void locks_door(bool opened) {
  const bool ends = config_get(CONFIG_FLAGS) & FLAG_SECURE_WHEN_CLOSED;
  for (uint8_t lock = 0; lock < LOCKS; lock++) {
    if (opened) locks[lock].opened = locks[lock].released;
    else if (ends && locks[lock].pulse && locks[lock].opened) lock_secure(lock, CAUSE_DOOR_CLOSED);
  }
}

void locks_step(void) {
  if (grace && is_past(grace_until_ms)) grace = false;
  for (uint8_t lock = 0; lock < LOCKS; lock++) {
    if (locks[lock].released && locks[lock].pulse && is_past(locks[lock].until_ms)) lock_secure(lock, CAUSE_PULSE_OVER);
    drive(lock);
  }
}
