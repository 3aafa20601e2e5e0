using System.Runtime.InteropServices;

namespace Propolis.Vmm.Interop.Linux;

/// <summary>The system calls behind the KVM backend. Constants are Linux x86-64.</summary>
static unsafe partial class KvmLibrary
{
    const string Libc = "libc";

    public const int OpenReadWrite = 2;
    public const int OpenCloseOnExec = 0x80000;
    public const int ProtectRead = 1;
    public const int ProtectWrite = 2;
    public const int MapShared = 1;
    public const int MapPrivate = 2;
    public const int MapAnonymous = 0x20;
    public const int MapNoReserve = 0x4000;
    public const int AdviseHugePage = 14;
    public const int AdviseDontDump = 16;

    public const int Enoent = 2;
    public const int Eintr = 4;
    public const int E2big = 7;
    public const int Eagain = 11;
    public const int Eacces = 13;
    public const int Eperm = 1;
    public const int Einval = 22;

    /// <summary>What mmap returns on failure.</summary>
    public static readonly nint MapFailed = -1;

    [LibraryImport(Libc, EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Open(string path, int flags);

    // ioctl is variadic in C; with integer arguments a fixed signature is the same call on x86-64.
    [LibraryImport(Libc, EntryPoint = "ioctl", SetLastError = true)]
    public static partial int Ioctl(int descriptor, nuint request, void* argument);

    [LibraryImport(Libc, EntryPoint = "ioctl", SetLastError = true)]
    public static partial int Ioctl(int descriptor, nuint request, nint argument);

    [LibraryImport(Libc, EntryPoint = "mmap", SetLastError = true)]
    public static partial nint Map(nint address, nuint length, int protection, int flags, int descriptor, nint offset);

    [LibraryImport(Libc, EntryPoint = "munmap", SetLastError = true)]
    public static partial int Unmap(nint address, nuint length);

    [LibraryImport(Libc, EntryPoint = "madvise", SetLastError = true)]
    public static partial int Advise(nint address, nuint length, int advice);

    [LibraryImport(Libc, EntryPoint = "gettid")]
    public static partial int ThreadId();

    [LibraryImport(Libc, EntryPoint = "tgkill", SetLastError = true)]
    public static partial int ThreadSignal(int process, int thread, int signal);

    [LibraryImport(Libc, EntryPoint = "sigaction", SetLastError = true)]
    public static partial int SignalAction(int signal, SignalDisposition* replacement, SignalDisposition* previous);
}

/// <summary>struct sigaction of the C library.</summary>
[StructLayout(LayoutKind.Sequential)]
unsafe struct SignalDisposition
{
    public nint Handler;
    public fixed ulong Mask[16];
    public int Flags;
    public nint Restorer;
}
