using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Propolis.Crucible.Interop;

/// <summary>
/// recv and send on a blocking socket. The base library's sockets become non-blocking with their first asynchronous call, and every
/// answer then wakes two threads before its reader; here it wakes one. A send can still be told not to wait.
/// </summary>
static partial class SocketCalls
{
    const int GetFlags = 3;
    const int SetFlags = 4;
    const int Interrupted = 4;
    const int WouldBlock = 11;
    const int BadDescriptor = 9;
    const short PollIn = 1;

    static readonly int DontWait = OperatingSystem.IsLinux() ? 0x40 : 0x80;
    static readonly int NonBlocking = OperatingSystem.IsLinux() ? 0x800 : 0x80;
    static readonly int NoSignal = OperatingSystem.IsLinux() ? 0x4000 : 0;

    /// <summary>Makes calls wait, whatever the base library set the socket to.</summary>
    public static void MakeBlocking(SafeSocketHandle socket)
    {
        var flags = Fcntl(socket, GetFlags, 0);
        if (flags < 0 || Fcntl(socket, SetFlags, flags & ~NonBlocking) < 0)
            throw new IOException($"cannot set up a socket: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");
    }

    /// <summary>Waits for bytes; 0 when the other side or this one has ended the connection.</summary>
    /// <exception cref="IOException">The connection broke.</exception>
    public static int Receive(SafeSocketHandle socket, Span<byte> target)
    {
        while (true)
        {
            var count = Recv(socket, target, (nuint)target.Length, 0);
            if (count >= 0)
                return (int)count;
            Check(Marshal.GetLastPInvokeError(), "receive");
        }
    }

    /// <summary>
    /// The same, but waits until as many bytes are here as the socket's low-water mark says, or the end. A recv that waits for itself takes what is here first and is then woken only when the
    /// mark is reached by what comes behind that, which may be never (Linux, tcp_data_ready).
    /// </summary>
    /// <exception cref="IOException">The connection broke.</exception>
    public static int ReceiveTogether(SafeSocketHandle socket, Span<byte> target)
    {
        while (true)
        {
            WaitReadable(socket);
            var count = Recv(socket, target, (nuint)target.Length, DontWait);
            if (count >= 0)
                return (int)count;
            var error = Marshal.GetLastPInvokeError();
            if (error != WouldBlock)
                Check(error, "receive");
        }
    }

    /// <summary>Hands bytes to the kernel and returns how many it took: all of them, or with <paramref name="wait"/> false perhaps none.</summary>
    /// <exception cref="IOException">The connection broke.</exception>
    public static int Send(SafeSocketHandle socket, ReadOnlySpan<byte> source, bool wait)
    {
        while (true)
        {
            var count = Send(socket, source, (nuint)source.Length, NoSignal | (wait ? 0 : DontWait));
            if (count >= 0)
                return (int)count;
            var error = Marshal.GetLastPInvokeError();
            if (error == WouldBlock && !wait)
                return 0;
            Check(error, "send");
        }
    }

    static void WaitReadable(SafeSocketHandle socket)
    {
        var isHeld = false;
        try
        {
            socket.DangerousAddRef(ref isHeld);
            var waiting = new PollDescriptor { Descriptor = (int)socket.DangerousGetHandle(), Events = PollIn };
            if (Poll(ref waiting, 1, -1) < 0)
                Check(Marshal.GetLastPInvokeError(), "receive");
        }
        finally
        {
            if (isHeld)
                socket.DangerousRelease();
        }
    }

    static void Check(int error, string what)
    {
        if (error != Interrupted)
            throw new IOException(error == BadDescriptor ? "the connection was closed" : $"cannot {what}: {Marshal.GetPInvokeErrorMessage(error)}");
    }

    // POSIX, poll.h: struct pollfd.
    [StructLayout(LayoutKind.Sequential)]
    struct PollDescriptor
    {
        public int Descriptor;
        public short Events;
        public short Happened;
    }

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int Poll(ref PollDescriptor waiting, nuint count, int timeout);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int Fcntl(SafeSocketHandle socket, int command, nint argument);

    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    private static partial nint Recv(SafeSocketHandle socket, Span<byte> target, nuint length, int flags);

    [LibraryImport("libc", EntryPoint = "send", SetLastError = true)]
    private static partial nint Send(SafeSocketHandle socket, ReadOnlySpan<byte> source, nuint length, int flags);
}
