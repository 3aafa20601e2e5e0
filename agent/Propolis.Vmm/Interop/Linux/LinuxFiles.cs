using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Propolis.Vmm.Interop.Linux;

/// <summary>File calls of the C library; constants of Linux x86-64.</summary>
static unsafe partial class LinuxLibrary
{
    public const int Enodev = 19;
    public const int Einval = 22;
    public const int Enosys = 38;
    public const int Eopnotsupp = 95;
    public const int LockShared = 1;
    public const int LockExclusive = 2;
    public const int LockNonBlocking = 4;
    public const int FallocateKeepSize = 1;
    public const int FallocatePunchHole = 2;
    public const int FallocateZeroRange = 16;
    public const nuint BlockGetSize64 = 0x80081272;

    [LibraryImport(Libc, EntryPoint = "preadv", SetLastError = true)]
    public static partial nint ReadVectors(SafeFileHandle file, IoVector* vectors, int count, long offset);

    [LibraryImport(Libc, EntryPoint = "pwritev", SetLastError = true)]
    public static partial nint WriteVectors(SafeFileHandle file, IoVector* vectors, int count, long offset);

    [LibraryImport(Libc, EntryPoint = "fdatasync", SetLastError = true)]
    public static partial int SyncData(SafeFileHandle file);

    [LibraryImport(Libc, EntryPoint = "fallocate", SetLastError = true)]
    public static partial int Allocate(SafeFileHandle file, int mode, long offset, long length);

    [LibraryImport(Libc, EntryPoint = "flock", SetLastError = true)]
    public static partial int Lock(SafeFileHandle file, int operation);

    [LibraryImport(Libc, EntryPoint = "ioctl", SetLastError = true)]
    public static partial int GetBlockDeviceSize(SafeFileHandle file, nuint request, ulong* bytes);
}
