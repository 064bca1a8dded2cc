/* Version of the firmware, as hello and Firmata's firmware name tell it. */
#ifndef VERSION_H
#define VERSION_H
#define VERSION_MAJOR 1
#define VERSION_MINOR 1
#define FIRMWARE_NAME "GatehouseDoorNode"
#endif
