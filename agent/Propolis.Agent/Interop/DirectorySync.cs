using System.Runtime.InteropServices;

namespace Propolis.Agent.Interop;

/// <summary>Makes new and renamed names durable: fsync on the directory, which the base library cannot open.</summary>
static partial class DirectorySync
{
    /// <summary>Syncs one directory.</summary>
    /// <exception cref="IOException">The directory cannot be opened or synced.</exception>
    public static void Sync(string directory)
    {
        var descriptor = Open(directory, 0);
        if (descriptor < 0)
            throw new IOException($"cannot open directory {directory}: error {Marshal.GetLastPInvokeError()}");
        var result = Fsync(descriptor);
        var error = Marshal.GetLastPInvokeError();
        _ = Close(descriptor);
        if (result != 0)
            throw new IOException($"cannot sync directory {directory}: error {error}");
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Fsync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
