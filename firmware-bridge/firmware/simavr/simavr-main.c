/*
 * A built image in simavr, told what to do line by line as host/host-main.c is: run, rx, pin, get, reset, power, and beside them
 *
 *   cycles N          lets N clock cycles pass: a restart can be put between any two instructions
 *   hang              the program counter is held: the watchdog must bite
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <simavr/avr_eeprom.h>
#include <simavr/avr_ioport.h>
#include <simavr/avr_uart.h>
#include <simavr/sim_avr.h>
#include <simavr/sim_hex.h>

#define CLOCK 16000000u
#define CYCLES_PER_MS (CLOCK / 1000u)
/* One byte at 57600 baud. */
#define CYCLES_PER_BYTE 2778u
#define MCUSR_ADDRESS 0x54
#define MCUSR_WATCHDOG 0x08
#define LINE 65536
#define PIN_COUNT 14

struct place {
  char port;
  uint8_t bit;
};
static const struct place places_328p[PIN_COUNT] = {
    {'D', 0}, {'D', 1}, {'D', 2}, {'D', 3}, {'D', 4}, {'D', 5}, {'D', 6}, {'D', 7}, {'B', 0}, {'B', 1}, {'B', 2}, {'B', 3}, {'B', 4}, {'B', 5}};
static const struct place places_2560[PIN_COUNT] = {
    {'E', 0}, {'E', 1}, {'E', 4}, {'E', 5}, {'G', 5}, {'E', 3}, {'H', 3}, {'H', 4}, {'H', 5}, {'H', 6}, {'B', 4}, {'B', 5}, {'B', 6}, {'B', 7}};

static avr_t *avr;
static const struct place *places;
static int driven[PIN_COUNT];
static uint8_t sent[1 << 20];
static size_t sent_count;
static uint32_t dice = 1;

static void on_sent(struct avr_irq_t *irq, uint32_t value, void *parameter) {
  (void)irq;
  (void)parameter;
  if (sent_count < sizeof sent) sent[sent_count++] = (uint8_t)value;
}

/* Told twice: as a change now, and as what stands there when the image switches a pull-up. */
static void drive(unsigned int pin, int level) {
  driven[pin] = level;
  if (level < 0) return;
  avr_ioport_external_t outside = {.name = (unsigned long)places[pin].port};
  for (unsigned int other = 0; other < PIN_COUNT; other++) {
    if (places[other].port != places[pin].port || driven[other] < 0) continue;
    outside.mask |= 1u << places[other].bit;
    outside.value |= (unsigned int)driven[other] << places[other].bit;
  }
  avr_ioctl(avr, AVR_IOCTL_IOPORT_SET_EXTERNAL(places[pin].port), &outside);
  avr_raise_irq(avr_io_getirq(avr, AVR_IOCTL_IOPORT_GETIRQ(places[pin].port), places[pin].bit), (uint32_t)level);
}

/* After a reset the simulator's pins have forgotten the outside, and take only what differs. */
static void drive_again(void) {
  for (unsigned int pin = 0; pin < PIN_COUNT; pin++) {
    if (driven[pin] < 0) continue;
    const int level = driven[pin];
    drive(pin, !level);
    drive(pin, level);
  }
}

static void pass(uint64_t cycles) {
  const avr_cycle_count_t end = avr->cycle + cycles;
  int bitten = 0;
  while (avr->cycle < end) {
    const int state = avr_run(avr);
    if (state == cpu_Crashed || state == cpu_Done) {
      printf("ended the image crashed at %x\n", avr->pc);
      exit(70);
    }
    const int now = avr->data[MCUSR_ADDRESS] & MCUSR_WATCHDOG;
    if (now && !bitten) drive_again();
    bitten = now;
  }
}

static void tell_sent(void) {
  if (sent_count == 0) return;
  printf("tx ");
  for (size_t i = 0; i < sent_count; i++) printf("%02x", sent[i]);
  printf("\n");
  sent_count = 0;
}

static void get(unsigned int pin) {
  avr_ioport_state_t state = {0};
  avr_ioctl(avr, AVR_IOCTL_IOPORT_GETSTATE(places[pin].port), &state);
  const unsigned int out = (state.ddr >> places[pin].bit) & 1u;
  printf("pin %u %u\n", out, ((out ? state.port : state.pin) >> places[pin].bit) & 1u);
}

static void restart(unsigned int cause, int ram_kept) {
  avr_reset(avr);
  avr->data[MCUSR_ADDRESS] = (uint8_t)cause;
  if (!ram_kept)
    for (uint32_t at = avr->ioend + 1u; at <= avr->ramend; at++) {
      dice = dice * 1664525u + 1013904223u;
      avr->data[at] = (uint8_t)(dice >> 24);
    }
  drive_again();
}

static void hear(const char *hex) {
  avr_irq_t *in = avr_io_getirq(avr, AVR_IOCTL_UART_GETIRQ('0'), UART_IRQ_INPUT);
  unsigned int byte;
  for (; sscanf(hex, "%2x", &byte) == 1 && hex[1] != 0; hex += 2) {
    avr_raise_irq(in, byte);
    pass(CYCLES_PER_BYTE);
  }
  tell_sent();
}

static void hang(void) {
  const avr_flashaddr_t before = avr->pc;
  /* rjmp .-2 where it stands: interrupts come, the loop does not go on. */
  uint8_t code[2] = {avr->flash[before], avr->flash[before + 1]};
  avr->flash[before] = 0xFF;
  avr->flash[before + 1] = 0xCF;
  pass(CYCLES_PER_MS * 1500ull);
  avr->flash[before] = code[0];
  avr->flash[before + 1] = code[1];
  pass(CYCLES_PER_MS * 1500ull);
  tell_sent();
}

static void obey(char *line) {
  unsigned int a = 0, b = 0;
  if (sscanf(line, "run %u", &a) == 1) {
    pass((uint64_t)a * CYCLES_PER_MS);
    tell_sent();
  } else if (sscanf(line, "cycles %u", &a) == 1) {
    pass(a);
    tell_sent();
  } else if (strncmp(line, "rx ", 3) == 0) {
    hear(line + 3);
  } else if (sscanf(line, "pin %u %u", &a, &b) == 2 && a < PIN_COUNT) {
    drive(a, b != 0);
  } else if (sscanf(line, "get %u", &a) == 1 && a < PIN_COUNT) {
    get(a);
  } else if (sscanf(line, "reset %u", &a) == 1) {
    restart(a, 1);
  } else if (sscanf(line, "power %u", &a) == 1) {
    restart(a, 0);
  } else if (strcmp(line, "hang") == 0) {
    hang();
  } else {
    printf("unknown %s\n", line);
  }
}

int main(int count, char **arguments) {
  static char line[LINE];
  ihex_chunk_p parts = NULL;
  uint32_t flags = 0;
  const int part_count = count == 3 ? read_ihex_chunks(arguments[2], &parts) : 0;
  if (part_count < 1) {
    fprintf(stderr, "usage: door-node-simavr atmega328p|atmega2560 IMAGE.hex\n");
    return 64;
  }
  avr = avr_make_mcu_by_name(arguments[1]);
  avr_init(avr);
  avr->log = LOG_ERROR;
  for (int part = 0; part < part_count; part++) avr_loadcode(avr, parts[part].data, parts[part].size, parts[part].baseaddr);
  avr->codeend = avr->flashend;
  avr->frequency = CLOCK;
  places = strcmp(arguments[1], "atmega2560") == 0 ? places_2560 : places_328p;
  for (unsigned int pin = 0; pin < PIN_COUNT; pin++) driven[pin] = -1;
  avr_ioctl(avr, AVR_IOCTL_UART_GET_FLAGS('0'), &flags);
  flags &= ~(uint32_t)(AVR_UART_FLAG_STDIO | AVR_UART_FLAG_POLL_SLEEP);
  avr_ioctl(avr, AVR_IOCTL_UART_SET_FLAGS('0'), &flags);
  avr_irq_register_notify(avr_io_getirq(avr, AVR_IOCTL_UART_GETIRQ('0'), UART_IRQ_OUTPUT), on_sent, NULL);
  restart(1, 0);
  while (fgets(line, sizeof line, stdin) != NULL) {
    line[strcspn(line, "\n")] = 0;
    obey(line);
    printf(".\n");
    fflush(stdout);
  }
  return 0;
}
