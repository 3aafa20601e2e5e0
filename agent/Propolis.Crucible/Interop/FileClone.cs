using System.Runtime.InteropServices;

namespace Propolis.Crucible.Interop;

/// <summary>Reflinks of Linux: two files that share their blocks until one is written.</summary>
static partial class FileClone
{
    // linux/fs.h: FICLONE is _IOW(0x94, 9, int).
    const uint Ficlone = 0x40049409;

    /// <summary>Makes a new file that shares the content of another; false when the file system cannot.</summary>
    public static bool TryClone(string source, string target)
    {
        using var from = File.OpenHandle(source, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var to = File.OpenHandle(target, FileMode.CreateNew, FileAccess.ReadWrite);
        return Ioctl((int)to.DangerousGetHandle(), Ficlone, (int)from.DangerousGetHandle()) == 0;
    }

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int Ioctl(int descriptor, nuint request, nint argument);
}
