/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/rdp/rdp_library.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>

#include <freerdp/channels/channels.h>
#include <freerdp/freerdp.h>
#include <winpr/ssl.h>
#include <winpr/wlog.h>
#include <winpr/wtsapi.h>

#include "common/log.h"

#define COMPLAINT_MAX 200

static pthread_once_t once = PTHREAD_ONCE_INIT;
static bool is_ready;
static WtsApiFunctionTable wts_table;
static _Thread_local DWORD session_of_thread;
static _Thread_local char complaint[COMPLAINT_MAX];

static HANDLE WINAPI open_channel(DWORD session, LPSTR name, DWORD flags)
{
	if (session == WTS_CURRENT_SESSION)
		session = session_of_thread;
	return FreeRDP_InitWtsApi()->pVirtualChannelOpenEx(session, name, flags);
}

/* The first complaint of a failure names its cause; those after it are of the
 * callers, which complain that something failed. */
static BOOL handle_message(const wLogMessage *message)
{
	if (message->Level >= WLOG_ERROR && complaint[0] == '\0')
		snprintf(complaint, sizeof(complaint), "%s", message->TextString);
	log_debug("FreeRDP: %s", message->TextString);
	return TRUE;
}

static bool route_log(void)
{
	static wLogCallbacks callbacks = {.message = handle_message};
	wLog *root = WLog_GetRoot();

	return root && WLog_SetLogLevel(root, WLOG_WARN) &&
	       WLog_SetLogAppenderType(root, WLOG_APPENDER_CALLBACK) &&
	       WLog_ConfigureAppender(WLog_GetLogAppender(root), "callbacks", &callbacks) &&
	       WLog_OpenAppender(root);
}

static void init_once(void)
{
	wts_table = *FreeRDP_InitWtsApi();
	wts_table.pVirtualChannelOpenEx = open_channel;
	is_ready = route_log() && winpr_InitializeSSL(WINPR_SSL_INIT_DEFAULT) &&
		   WTSRegisterWtsApiFunctionTable(&wts_table);
}

int rdp_library_init(void)
{
	pthread_once(&once, init_once);
	return is_ready ? 0 : -EIO;
}

void rdp_library_enter_session(void *channel_manager)
{
	ULONG *session = NULL;
	DWORD size = 0;

	if (!WTSQuerySessionInformationA(channel_manager, WTS_CURRENT_SESSION, WTSSessionId,
					 (LPSTR *)&session, &size))
		return;
	session_of_thread = *session;
	WTSFreeMemory(session);
}

const char *rdp_library_complaint(void)
{
	return complaint;
}

void rdp_library_forget_complaint(void)
{
	complaint[0] = '\0';
}
