/*
 * The door node on this machine: the modules over a simulated board that is told what to do line by line on standard input, and answers on standard
 * output; a line with a single dot ends an answer. A restart is a new process image, so that nothing outlives it but what a real board keeps.
 *
 *   run MS            lets time pass; answers `tx HEX` for what was sent
 *   time              answers `time MS`, the board's own
 *   rx HEX            bytes from the host
 *   pin N LEVEL       drives a pin from outside
 *   get N             answers `pin MODE LEVEL`
 *   analog CHANNEL V  level of an analog channel
 *   eeprom            answers `eeprom HEX`
 *   spoil FROM HEX    writes into EEPROM from outside
 *   reset CAUSE       restarts, RAM kept
 *   power CAUSE       restarts, RAM lost; a write to EEPROM under way is torn
 *   flip N            a bit of byte N of the program in flash falls over
 *   garble N          flips bit N of the RAM that is kept
 *   decode HEX TYPES  fields of an own message: TYPES is a list like 1,2,3,5; answers `fields V..` or `wrong`
 *   encode ID TYPES V..   answers `hex HEX`
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "board.h"
#include "journal.h"
#include "node.h"
#include "wire.h"

#define LINE 65536

static uint8_t parse_hex(const char *text, uint8_t *bytes, size_t most, size_t *count) {
  *count = 0;
  for (unsigned int byte; *count < most && sscanf(text, "%2x", &byte) == 1; text += 2) {
    bytes[(*count)++] = (uint8_t)byte;
    if (text[1] == 0) break;
  }
  return *text == 0 || *text == '\n' || *text == ' ';
}

static void print_hex(const uint8_t *bytes, size_t count) {
  for (size_t i = 0; i < count; i++) printf("%02x", bytes[i]);
}

static void decode(char *rest) {
  uint8_t bytes[256];
  size_t count;
  char *types = strchr(rest, ' ');
  struct wire_reader body;
  if (types != NULL) *types++ = 0;
  parse_hex(rest, bytes, sizeof bytes, &count);
  if (count < 3 || !wire_open(&body, bytes + 1, (uint8_t)(count - 2))) {
    printf("wrong\n");
    return;
  }
  printf("fields");
  for (char *type = types == NULL ? NULL : strtok(types, ","); type != NULL; type = strtok(NULL, ","))
    printf(" %u", wire_take(&body, (uint8_t)atoi(type)));
  printf(body.ok && body.left == 0 ? "\n" : " wrong\n");
}

static void encode(char *rest) {
  struct wire_writer out;
  char *save = NULL;
  char *id = strtok_r(rest, " ", &save);
  char *types = strtok_r(NULL, " ", &save);
  wire_begin(&out, (uint8_t)atoi(id));
  char *save_type = NULL;
  for (char *type = strtok_r(types, ",", &save_type); type != NULL; type = strtok_r(NULL, ",", &save_type)) {
    char *value = strtok_r(NULL, " ", &save);
    if (value == NULL) break;
    wire_put(&out, (uint8_t)atoi(type), (uint32_t)strtoul(value, NULL, 10));
  }
  wire_end(&out);
  printf("hex ");
  print_hex(out.bytes, out.count);
  printf("\n");
}

static void run(unsigned long ms) {
  static uint8_t sent[1 << 20];
  size_t count = 0;
  while (ms-- > 0) {
    board_pass_ms();
    node_turn();
    /* A turn sends one message of a kind: as on the chip, there are several in a millisecond. */
    node_turn();
    count += board_take_sent(sent + count, sizeof sent - count);
    if (count > sizeof sent / 2) break;
  }
  if (count == 0) return;
  printf("tx ");
  print_hex(sent, count);
  printf("\n");
}

static void obey(char *line) {
  unsigned int a = 0, b = 0;
  static uint8_t bytes[LINE / 2];
  size_t count;
  if (sscanf(line, "run %u", &a) == 1) run(a);
  else if (strncmp(line, "rx ", 3) == 0 && parse_hex(line + 3, bytes, sizeof bytes, &count)) board_hear(bytes, count);
  else if (sscanf(line, "pin %u %u", &a, &b) == 2) board_drive((uint8_t)a, b != 0);
  else if (sscanf(line, "get %u", &a) == 1) printf("pin %u %u\n", board_mode((uint8_t)a), hal_pin_read((uint8_t)a));
  else if (sscanf(line, "analog %u %u", &a, &b) == 2) board_analog((uint8_t)a, (uint16_t)b);
  else if (sscanf(line, "reset %u", &a) == 1) board_restart((uint8_t)a, true);
  else if (sscanf(line, "power %u", &a) == 1) board_restart((uint8_t)a, false);
  else if (sscanf(line, "garble %u", &a) == 1) board_garble(a);
  else if (sscanf(line, "flip %u", &a) == 1) board_flip_flash((uint16_t)a);
  else if (strncmp(line, "decode ", 7) == 0) decode(line + 7);
  else if (strncmp(line, "encode ", 7) == 0) encode(line + 7);
  else if (strcmp(line, "time") == 0) printf("time %u\n", journal_time());
  else if (strcmp(line, "eeprom") == 0) {
    printf("eeprom ");
    print_hex(board_eeprom(), hal_chip.eeprom_bytes);
    printf("\n");
  } else if (sscanf(line, "spoil %u", &a) == 1 && strrchr(line, ' ') != NULL) {
    parse_hex(strrchr(line, ' ') + 1, bytes, sizeof bytes, &count);
    for (size_t i = 0; i < count && a + i < hal_chip.eeprom_bytes; i++) board_eeprom()[a + i] = bytes[i];
  } else {
    printf("unknown %s\n", line);
  }
}

int main(int count, char **arguments) {
  static char line[LINE];
  setvbuf(stdin, NULL, _IONBF, 0);
  if (board_begin(count > 1 ? atoi(arguments[1]) : -1)) printf(".\n");
  node_start();
  fflush(stdout);
  while (fgets(line, sizeof line, stdin) != NULL) {
    line[strcspn(line, "\n")] = 0;
    obey(line);
    printf(".\n");
    fflush(stdout);
  }
  return 0;
}
