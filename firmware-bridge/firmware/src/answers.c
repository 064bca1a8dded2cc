/* What the board says of its own, and the lock commands behind it. */
#include "answers.h"
#include "config.h"
#include "door.h"
#include "hal.h"
#include "image.h"
#include "journal.h"
#include "locks.h"
#include "store.h"
#include "version.h"

#define REMEMBERED 8
#define AHEAD_MS 60000ul
#define STACK_LOW 64

enum lock_status { LOCK_DONE, LOCK_DONE_BEFORE, LOCK_LATE, LOCK_OTHER_BOOT, LOCK_NONE, LOCK_NO_ACTION, LOCK_TOO_LONG, LOCK_FIRE };
enum lock_action { ACTION_SECURE, ACTION_PULSE, ACTION_HOLD };

struct command {
  uint16_t boot, id;
  uint8_t lock, action;
  uint16_t pulse_ms;
  uint32_t not_after_ms;
};

static struct board board;
static uint16_t done_ids[REMEMBERED];
static uint8_t done_next;

void answers_start(const struct board *started) {
  board = *started;
  done_next = 0;
  for (uint8_t i = 0; i < REMEMBERED; i++) done_ids[i] = 0;
}

void answer_send(struct wire_writer *out) {
  wire_end(out);
  for (uint8_t i = 0; i < out->count; i++) hal_uart_write(out->bytes[i]);
}

void answer_refused(uint8_t id, enum refusal reason) {
  struct wire_writer out;
  wire_begin(&out, OWN_REFUSED);
  wire_put(&out, WIRE_U7, id);
  wire_put(&out, WIRE_U7, reason);
  answer_send(&out);
}

HAL_OWN_FRAME void answer_hello(void) {
  struct wire_writer out;
  const struct journal_state *state = journal();
  wire_begin(&out, OWN_HELLO);
  wire_put(&out, WIRE_U7, 1);
  wire_put(&out, WIRE_U7, VERSION_MAJOR);
  wire_put(&out, WIRE_U7, VERSION_MINOR);
  wire_put(&out, WIRE_U7, hal_chip.id);
  wire_put(&out, WIRE_U16, board.boot);
  wire_put(&out, WIRE_U16, state->journal);
  wire_put(&out, WIRE_U7, board.cause);
  wire_put(&out, WIRE_U32, journal_time());
  wire_put(&out, WIRE_U32, state->oldest);
  wire_put(&out, WIRE_U32, state->next);
  wire_put(&out, WIRE_U32, state->lost);
  wire_put(&out, WIRE_U16, JOURNAL_RING);
  wire_put(&out, WIRE_U7, locks_count());
  wire_put(&out, WIRE_U16, config_crc());
  answer_send(&out);
}

HAL_OWN_FRAME void answer_overflow(void) {
  struct wire_writer out;
  wire_begin(&out, OWN_OVERFLOW);
  wire_put(&out, WIRE_U16, journal()->journal);
  wire_put(&out, WIRE_U32, journal()->oldest);
  wire_put(&out, WIRE_U32, journal()->lost);
  answer_send(&out);
}

static void answer_counts(void) {
  struct wire_writer out;
  wire_begin(&out, OWN_COUNTS);
  wire_put(&out, WIRE_U16, board.boot);
  wire_put(&out, WIRE_U32, journal_time());
  wire_put(&out, WIRE_U32, journal()->totals.in);
  wire_put(&out, WIRE_U32, journal()->totals.out);
  answer_send(&out);
}

static bool was_done(uint16_t id) {
  for (uint8_t i = 0; i < REMEMBERED; i++)
    if (done_ids[i] == id) return true;
  return false;
}

static enum lock_status carry_out(const struct command *command) {
  const int32_t left_ms = (int32_t)(command->not_after_ms - journal_time());
  if (command->boot != board.boot) return LOCK_OTHER_BOOT;
  if (was_done(command->id)) return LOCK_DONE_BEFORE;
  if (left_ms < 0 || left_ms > (int32_t)AHEAD_MS) return LOCK_LATE;
  if (!lock_exists(command->lock)) return LOCK_NONE;
  if (command->action == ACTION_SECURE) {
    if (locks_on_fire()) return LOCK_FIRE;
    lock_secure(command->lock, CAUSE_COMMAND);
  } else if (command->action == ACTION_PULSE) {
    const uint16_t pulse_ms = command->pulse_ms > 0 ? command->pulse_ms : config_get(CONFIG_PULSE);
    if (pulse_ms > config_get(CONFIG_PULSE_LIMIT)) return LOCK_TOO_LONG;
    lock_release(command->lock, CAUSE_COMMAND, pulse_ms);
  } else if (command->action == ACTION_HOLD && (config_get(CONFIG_FLAGS) & FLAG_MAY_HOLD)) {
    lock_release(command->lock, CAUSE_COMMAND, 0);
  } else {
    return LOCK_NO_ACTION;
  }
  done_ids[done_next++ % REMEMBERED] = command->id;
  return LOCK_DONE;
}

static void answer_lock(struct wire_reader *body) {
  struct command command;
  command.boot = (uint16_t)wire_take(body, WIRE_U16);
  command.id = (uint16_t)wire_take(body, WIRE_U16);
  command.lock = (uint8_t)wire_take(body, WIRE_U7);
  command.action = (uint8_t)wire_take(body, WIRE_U7);
  command.pulse_ms = (uint16_t)wire_take(body, WIRE_U16);
  command.not_after_ms = wire_take(body, WIRE_U32);
  if (command.id == 0) body->ok = false;
  if (!body->ok) return;
  const enum lock_status status = carry_out(&command);
  struct wire_writer out;
  wire_begin(&out, OWN_LOCK);
  wire_put(&out, WIRE_U16, board.boot);
  wire_put(&out, WIRE_U16, command.id);
  wire_put(&out, WIRE_U7, status);
  wire_put(&out, WIRE_U7, command.lock);
  wire_put(&out, WIRE_U7, lock_exists(command.lock) && lock_released(command.lock));
  wire_put(&out, WIRE_U32, journal_time());
  answer_send(&out);
}

static void answer_setting(uint8_t id, uint8_t key, enum config_status status) {
  struct wire_writer out;
  wire_begin(&out, id);
  wire_put(&out, WIRE_U7, status);
  wire_put(&out, WIRE_U7, key);
  wire_put(&out, WIRE_U16, config_get(key));
  answer_send(&out);
}

static void answer_config_write(struct wire_reader *body) {
  const uint8_t key = (uint8_t)wire_take(body, WIRE_U7);
  const uint16_t value = (uint16_t)wire_take(body, WIRE_U16);
  if (!body->ok) return;
  const uint16_t before = config_get(key);
  const enum config_status status = config_set(key, value);
  if (config_get(key) != before) journal_add(EVENT_CONFIG_CHANGED, key);
  answer_setting(OWN_CONFIG_WRITE, key, status);
}

static unsigned int state_bits(void) {
  unsigned int bits = 0;
  for (uint8_t role = 0; role < INPUT_ROLES; role++) bits |= (unsigned int)door_input(role) << role;
  if (lock_released(0)) bits |= 1u << 6;
  if (lock_released(1)) bits |= 1u << 7;
  if (door_forced()) bits |= 1u << 8;
  if (door_held()) bits |= 1u << 9;
  if (journal()->lost > 0) bits |= 1u << 10;
  return bits;
}

static void answer_heartbeat(void) {
  struct wire_writer out;
  wire_begin(&out, OWN_HEARTBEAT);
  wire_put(&out, WIRE_U16, board.boot);
  wire_put(&out, WIRE_U16, journal()->journal);
  wire_put(&out, WIRE_U32, journal_time());
  wire_put(&out, WIRE_U32, journal()->next);
  wire_put(&out, WIRE_U32, journal()->acked);
  wire_put(&out, WIRE_U14, state_bits());
  answer_send(&out);
}

static void answer_self_test(void) {
  struct wire_writer out;
  const uint16_t stack = hal_stack_free();
  uint8_t problems = (uint8_t)(board.config_lost | (board.totals_lost << 1) | (door_beam_blocked() << 2));
  problems |= (uint8_t)(store_failed() << 3);
  if (board.cause & HAL_WATCHDOG) problems |= 1 << 4;
  if (board.cause & HAL_BROWN_OUT) problems |= 1 << 5;
  if (stack < STACK_LOW) problems |= 1 << 6;
  if (image_damaged()) problems |= 1 << 7;
  wire_begin(&out, OWN_SELF_TEST);
  wire_put(&out, WIRE_U14, problems);
  wire_put(&out, WIRE_U16, stack);
  wire_put(&out, WIRE_U16, hal_loop_us());
  wire_put(&out, WIRE_U16, hal_uart_overruns());
  wire_put(&out, WIRE_U32, *board.records);
  answer_send(&out);
}

static void answer_identity(void) {
  struct wire_writer out;
  wire_begin(&out, OWN_IDENTITY);
  wire_put(&out, WIRE_U16, board.identity);
  wire_put(&out, WIRE_U16, board.boot);
  wire_put(&out, WIRE_U16, journal()->journal);
  wire_put(&out, WIRE_U32, journal()->acked);
  answer_send(&out);
}

HAL_OWN_FRAME void answer(uint8_t id, struct wire_reader *body) {
  switch (id) {
    case OWN_COUNTS:
      answer_counts();
      break;
    case OWN_LOCK:
      answer_lock(body);
      break;
    case OWN_CONFIG_READ: {
      const uint8_t key = (uint8_t)wire_take(body, WIRE_U7);
      answer_setting(id, key, config_knows(key) ? CONFIG_OK : CONFIG_NO_KEY);
      break;
    }
    case OWN_CONFIG_WRITE:
      answer_config_write(body);
      break;
    case OWN_HEARTBEAT:
      answer_heartbeat();
      break;
    case OWN_SELF_TEST:
      answer_self_test();
      break;
    case OWN_IDENTITY:
      answer_identity();
      break;
    default:
      break;
  }
}
