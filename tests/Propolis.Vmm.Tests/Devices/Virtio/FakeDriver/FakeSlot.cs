using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Propolis.Vmm.Bus;
using Propolis.Vmm.Hypervisor;
using Propolis.Vmm.Memory;
using Propolis.Vmm.Pci;

namespace Propolis.Vmm.Tests.Devices.Virtio.FakeDriver;

/// <summary>A slot of a PCI bus with one function in it, and firmware that places its BARs. Interrupts and doorbell bindings are recorded.</summary>
sealed class FakeSlot : IMsiTarget, IInterruptLine
{
    readonly Lock _gate = new();
    readonly List<uint> _messages = [];
    readonly Dictionary<DoorbellAddress, SafeHandle> _doorbells = [];

    public FakeSlot(GuestMemory memory, IPciFunction function, bool bindsDoorbells = false)
    {
        Function = function;
        function.Connect(new PciSlot
        {
            Path = new PciPath(0, 4, 0),
            Ports = Ports,
            MemoryMapped = MemoryMapped,
            Memory = memory,
            Msi = this,
            Intx = this,
            IntxPin = 1,
            BindDoorbell = bindsDoorbells ? Bind : null,
        });
    }

    public IPciFunction Function { get; }

    public AddressBus Ports { get; } = new("port", 0xffff);

    public AddressBus MemoryMapped { get; } = new("memory", (1UL << 40) - 1);

    public bool IntxLevel { get; private set; }

    public IReadOnlyCollection<DoorbellAddress> Doorbells
    {
        get { lock (_gate) return [.. _doorbells.Keys]; }
    }

    /// <summary>Data of the messages sent so far; tests give each vector its own.</summary>
    public uint[] Messages
    {
        get { lock (_gate) return [.. _messages]; }
    }

    public ulong PortBase => ReadConfig32(0x10) & ~3u;

    public ulong MsixBase => ReadConfig32(0x14) & ~15u;

    public ulong ModernBase => ReadConfig32(0x18) & ~15u;

    public void Signal(MsiMessage message)
    {
        lock (_gate) _messages.Add(message.Data);
    }

    void IInterruptLine.Assert() => IntxLevel = true;

    void IInterruptLine.Deassert() => IntxLevel = false;

    /// <summary>Places every BAR and switches on decoding and bus mastering.</summary>
    public void PlaceBars(uint memory = 0xc000_0000, uint ports = 0xc000)
    {
        for (var index = 0; index < 6; index++)
        {
            var register = 0x10 + 4 * index;
            WriteConfig32(register, 0xffff_ffff);
            var sized = ReadConfig32(register);
            if (sized == 0) continue;
            if ((sized & 1) != 0)
            {
                WriteConfig32(register, ports);
                ports += 0x1000;
            }
            else
            {
                WriteConfig32(register, memory);
                memory += 0x10_0000;
            }
        }
        WriteConfig16(0x04, 7);
    }

    /// <summary>Switches MSI-X on, every vector unmasked with data 0x40 + its number.</summary>
    public void EnableMsix(int vectors)
    {
        for (var i = 0; i < vectors; i++)
        {
            var entry = MsixBase + 16UL * (ulong)i;
            Write(entry, 0xfee0_0000u);
            Write(entry + 4, 0u);
            Write(entry + 8, 0x40u + (uint)i);
            Write(entry + 12, 0u);
        }
        var capability = FindCapability(0x11, _ => true);
        WriteConfig16(capability + 2, (ushort)(ReadConfig16(capability + 2) | 0x8000));
    }

    /// <summary>Offset of the first capability with this id that fits.</summary>
    public int FindCapability(byte id, Func<int, bool> fits)
    {
        for (var at = ReadConfig8(0x34); at != 0; at = ReadConfig8(at + 1))
        {
            if (ReadConfig8(at) == id && fits(at)) return at;
        }
        throw new InvalidOperationException($"no capability 0x{id:x2} that fits");
    }

    /// <summary>Acts as the kernel would on a bound doorbell; false when nothing is bound there.</summary>
    public bool RingInKernel(DoorbellAddress address)
    {
        SafeHandle? handle;
        lock (_gate)
        {
            if (!_doorbells.TryGetValue(address, out handle)) return false;
        }
        using var stream = new FileStream(new Microsoft.Win32.SafeHandles.SafeFileHandle(handle.DangerousGetHandle(), ownsHandle: false), FileAccess.Write, 0);
        stream.Write([1, 0, 0, 0, 0, 0, 0, 0]);
        return true;
    }

    public byte ReadConfig8(int offset) => ReadConfig(offset, 1)[0];

    public ushort ReadConfig16(int offset) => BinaryPrimitives.ReadUInt16LittleEndian(ReadConfig(offset, 2));

    public uint ReadConfig32(int offset) => BinaryPrimitives.ReadUInt32LittleEndian(ReadConfig(offset, 4));

    public byte[] ReadConfig(int offset, int length)
    {
        var data = new byte[length];
        Function.ReadConfig(offset, data);
        return data;
    }

    public void WriteConfig8(int offset, byte value) => Function.WriteConfig(offset, [value]);

    public void WriteConfig16(int offset, ushort value) => Function.WriteConfig(offset, BitConverter.GetBytes(value));

    public void WriteConfig32(int offset, uint value) => Function.WriteConfig(offset, BitConverter.GetBytes(value));

    /// <summary>A guest's access to memory-mapped registers.</summary>
    public T Read<T>(ulong address) where T : unmanaged
    {
        T value = default;
        Assert.True(MemoryMapped.Read(address, MemoryMarshal.AsBytes(new Span<T>(ref value))), $"nobody at 0x{address:x}");
        return value;
    }

    public void Write<T>(ulong address, T value) where T : unmanaged =>
        Assert.True(MemoryMapped.Write(address, MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in value))), $"nobody at 0x{address:x}");

    /// <summary>A guest's access to ports, relative to the first port BAR.</summary>
    public T In<T>(int offset) where T : unmanaged
    {
        T value = default;
        Assert.True(Ports.Read(PortBase + (ulong)offset, MemoryMarshal.AsBytes(new Span<T>(ref value))), $"nobody at port 0x{offset:x}");
        return value;
    }

    public void Out<T>(int offset, T value) where T : unmanaged =>
        Assert.True(Ports.Write(PortBase + (ulong)offset, MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in value))), $"nobody at port 0x{offset:x}");

    bool Bind(DoorbellAddress address, SafeHandle eventFd, out IDisposable? binding)
    {
        lock (_gate) _doorbells.Add(address, eventFd);
        binding = new Binding(this, address);
        return true;
    }

    sealed class Binding(FakeSlot slot, DoorbellAddress address) : IDisposable
    {
        public void Dispose()
        {
            lock (slot._gate) Assert.True(slot._doorbells.Remove(address));
        }
    }
}
