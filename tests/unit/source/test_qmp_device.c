/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/source/qmp_device.h"

#include <json-c/json.h>

#include "tests/support/test.h"

static void expect_choice(const char *text, const char *id, unsigned count)
{
	struct json_object *list = json_tokener_parse(text);
	char chosen[QMP_DEVICE_MAX];

	EXPECT_INT(qmp_device_choose(list, chosen), count);
	EXPECT_STRING(chosen, id);
	json_object_put(list);
}

#define KEYBOARD "{\"name\": \"kbd\", \"type\": \"child<virtio-keyboard-pci>\"}"
#define OWN	 "{\"name\": \"own\", \"type\": \"child<virtio-gpu-pci>\"}"
#define VGA	 "{\"name\": \"vga\", \"type\": \"child<virtio-vga>\"}"
#define BRIDGE	 "{\"name\": \"bridge\", \"type\": \"child<vhost-user-gpu-pci>\"}"
#define SECOND	 "{\"name\": \"second\", \"type\": \"child<vhost-user-gpu-pci>\"}"

static void the_display_is_chosen_among_the_devices(void)
{
	expect_choice("[" KEYBOARD "," BRIDGE "]", "bridge", 1);
	expect_choice("[" OWN "," KEYBOARD "]", "own", 1);
	expect_choice("[" KEYBOARD "]", "", 0);
	expect_choice("[]", "", 0);
}

static void a_bridge_s_goes_before_qemu_s_own(void)
{
	expect_choice("[" VGA "," OWN "," BRIDGE "]", "bridge", 1);
	expect_choice("[" BRIDGE "," OWN "," VGA "]", "bridge", 1);
}

static void of_several_the_first_is_chosen(void)
{
	expect_choice("[" BRIDGE "," SECOND "," OWN "]", "bridge", 2);
}

static void what_is_no_list_of_devices_has_none(void)
{
	expect_choice("{}", "", 0);
	expect_choice("null", "", 0);
	expect_choice(
		"[3, null, [], {\"name\": 3, \"type\": []}, {\"type\": \"child<virtio-gpu\"}]", "",
		0);
}

static void a_name_that_would_break_a_command_is_none(void)
{
	expect_choice("[{\"name\": \"a\\\"b\", \"type\": \"child<virtio-gpu-pci>\"}]", "", 0);
	expect_choice("[{\"name\": \"\", \"type\": \"child<virtio-gpu-pci>\"}]", "", 0);
	expect_choice(
		"[{\"name\": \"a23456789012345678901234567890123456789012345678901234567890123"
		"4\", \"type\": \"child<virtio-gpu-pci>\"}]",
		"", 0);
}

int main(void)
{
	RUN_TEST(the_display_is_chosen_among_the_devices);
	RUN_TEST(a_bridge_s_goes_before_qemu_s_own);
	RUN_TEST(of_several_the_first_is_chosen);
	RUN_TEST(what_is_no_list_of_devices_has_none);
	RUN_TEST(a_name_that_would_break_a_command_is_none);
	return 0;
}
