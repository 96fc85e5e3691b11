// The file that room_pch.h is precompiled with.
