using System.Runtime.InteropServices;
using System.Text;

namespace Propolis.Vmm.Interop.Linux;

/// <summary>
/// One queue of a tap interface: a descriptor of /dev/net/tun (Linux Documentation/networking/tuntap.rst). Frames carry a virtio header of 12 bytes in front.
/// Calls return 0 or a positive length, or minus the errno.
/// </summary>
sealed unsafe class TunQueue : IDisposable
{
    public const int Again = -11;
    public const int Invalid = -22;
    public const int Busy = -16;
    public const int NotPermitted = -1;
    public const int AccessDenied = -13;
    public const int NoEntry = -2;
    public const int NoDevice = -19;

    /// <summary>Bytes of a name, with its closing zero.</summary>
    public const int NameLength = 16;

    const int OpenFlags = 2 | 0x800 | 0x80000; // O_RDWR, O_NONBLOCK, O_CLOEXEC
    const nuint SetInterface = 0x400454ca; // TUNSETIFF
    const nuint SetOffload = 0x400454d0; // TUNSETOFFLOAD
    const nuint SetHeaderSize = 0x400454d8; // TUNSETVNETHDRSZ
    const nuint SetQueue = 0x400454d9; // TUNSETQUEUE
    const nuint GetMtu = 0x8921; // SIOCGIFMTU
    const short Tap = 0x0002;
    const short MultiQueue = 0x0100;
    const short AttachQueue = 0x0200;
    const short DetachQueue = 0x0400;
    const short NoPacketInformation = 0x1000;
    const short VirtioHeader = 0x4000;

    readonly DescriptorHandle _descriptor;

    TunQueue(DescriptorHandle descriptor) => _descriptor = descriptor;

    /// <summary>For watching.</summary>
    public int Descriptor => _descriptor.Value;

    /// <summary>True when an interface of that name exists in this process's network namespace.</summary>
    public static bool Exists(string name) => TunLibrary.InterfaceIndex(name) != 0;

    /// <summary>The MTU of an interface, or null.</summary>
    public static int? Mtu(string name)
    {
        using var socket = new DescriptorHandle(TunLibrary.Socket(2, 2 | 0x80000, 0));
        var request = Request(name);
        // SAFETY: the kernel reads the name and writes the number inside the local structure.
        return !socket.IsInvalid && TunLibrary.Control(socket.Value, GetMtu, &request) == 0 ? request.Number : null;
    }

    /// <summary>Opens a queue of an interface. Minus errno when it fails, with <paramref name="queue"/> null.</summary>
    public static int Open(string name, bool isMultiQueue, int headerSize, out TunQueue? queue)
    {
        queue = null;
        var descriptor = new DescriptorHandle(TunLibrary.Open("/dev/net/tun", OpenFlags));
        if (descriptor.IsInvalid) return -Marshal.GetLastPInvokeError();
        var request = Request(name);
        request.Flags = (short)(Tap | NoPacketInformation | VirtioHeader | (isMultiQueue ? MultiQueue : 0));
        // SAFETY: both structures are locals that the kernel copies before the calls return.
        if (TunLibrary.Control(descriptor.Value, SetInterface, &request) != 0 || TunLibrary.Control(descriptor.Value, SetHeaderSize, &headerSize) != 0)
        {
            var error = -Marshal.GetLastPInvokeError();
            descriptor.Dispose();
            return error;
        }
        queue = new TunQueue(descriptor);
        return 0;
    }

    /// <summary>Tells the kernel which offloads the reader of this interface understands (TUN_F_*).</summary>
    public int SetOffloads(uint flags) => Result(TunLibrary.Control(Descriptor, SetOffload, flags));

    /// <summary>Has the kernel spread packets over this queue, or no longer; multi-queue interfaces only.</summary>
    public int SetAttached(bool isAttached)
    {
        var request = new InterfaceRequest { Flags = isAttached ? AttachQueue : DetachQueue };
        // SAFETY: the kernel copies the local before the call returns.
        return Result(TunLibrary.Control(Descriptor, SetQueue, &request));
    }

    /// <summary>Takes a frame; <see cref="Again"/> when there is none.</summary>
    public int Read(Span<byte> frame)
    {
        // SAFETY: the kernel writes at most the span's length while it is pinned.
        fixed (byte* buffer = frame) return Result(LinuxLibrary.Read(Descriptor, buffer, (nuint)frame.Length));
    }

    /// <summary>Sends a frame.</summary>
    public int Write(ReadOnlySpan<byte> frame)
    {
        // SAFETY: the kernel reads at most the span's length while it is pinned.
        fixed (byte* buffer = frame) return Result(LinuxLibrary.Write(Descriptor, buffer, (nuint)frame.Length));
    }

    public void Dispose() => _descriptor.Dispose();

    static int Result(nint returned) => returned >= 0 ? (int)returned : -Marshal.GetLastPInvokeError();

    static InterfaceRequest Request(string name)
    {
        var request = new InterfaceRequest();
        // SAFETY: the fixed buffer is part of the local; one byte stays zero.
        Encoding.UTF8.GetBytes(name, new Span<byte>(request.Name, NameLength - 1));
        return request;
    }

    /// <summary>struct ifreq, 40 bytes: a name, and a union of which we use flags and a number.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 40)]
    struct InterfaceRequest
    {
        [FieldOffset(0)]
        public fixed byte Name[NameLength];

        [FieldOffset(16)]
        public short Flags;

        [FieldOffset(16)]
        public int Number;
    }
}
