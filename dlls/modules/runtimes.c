/* SPDX-License-Identifier: MIT */
/* A DLL of forwarders alone: the C runtimes' own functions under one name each. */
typedef int nothing_but_forwarders;
