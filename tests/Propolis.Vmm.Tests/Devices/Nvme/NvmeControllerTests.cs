using System.Buffers.Binary;
using Propolis.Vmm.Block;
using Propolis.Vmm.Block.File;
using Propolis.Vmm.Bus;
using Propolis.Vmm.Devices.Nvme;
using Propolis.Vmm.Devices.Nvme.Wire;
using Propolis.Vmm.Hypervisor;
using Propolis.Vmm.Io;
using Propolis.Vmm.Pci;
using Propolis.Vmm.State;
using Propolis.Vmm.Tests.Memory;

namespace Propolis.Vmm.Tests.Devices.Nvme;

/// <summary>The controller as a guest meets it: on a PCI bus, with its I/O thread and a file behind it.</summary>
public sealed class NvmeControllerTests : IDisposable
{
    const ulong Registers = 0xc000_0000;
    const ulong MsixTable = 0xc010_0000;
    const ulong Submission = 0x4_8000;
    const ulong Completion = 0x4_c000;
    const int DiskLength = 4 << 20;

    static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    readonly string _path = Path.Combine(Path.GetTempPath(), $"propolis-nvme-{Guid.NewGuid():n}");
    readonly TestMemory _memory = new(NvmeDriver.MemoryLength);
    readonly IoThread _thread = new("nvme-test");
    readonly AddressBus _bus = new("memory", ulong.MaxValue);
    readonly RecordingMsi _msi = new();
    readonly RecordingLine _line = new();
    readonly List<ulong> _bound = [];
    readonly FileBackend _disk;
    readonly NvmeController _controller;

    public NvmeControllerTests()
    {
        File.WriteAllBytes(_path, new byte[DiskLength]);
        _disk = FileBackend.Open(new FileBackendOptions { Path = _path, Workers = 4 });
        _disk.StartAsync(CancellationToken.None);
        _controller = Attach();
    }

    [Fact]
    public void Function_is_an_nvme_controller_with_registers_and_msix()
    {
        Span<byte> header = stackalloc byte[64];
        for (var i = 0; i < header.Length; i += 4) _controller.ReadConfig(i, header.Slice(i, 4));

        Assert.Equal([0xde, 0x01, 0, 0], header[..4].ToArray());
        Assert.Equal([0x02, 0x08, 0x01], header[9..12].ToArray());
        Assert.Equal(4, header[0x10] & 15);
        Assert.NotEqual(0, header[0x34]);
        _controller.WriteConfig(0x10, [0xff, 0xff, 0xff, 0xff]);
        Span<byte> size = stackalloc byte[4];
        _controller.ReadConfig(0x10, size);
        Assert.Equal(0xffff_c004u, BinaryPrimitives.ReadUInt32LittleEndian(size));
    }

    [Fact]
    public void Many_requests_through_the_file_come_back_with_their_data()
    {
        var random = new Random(7);
        var expected = new byte[DiskLength];
        random.NextBytes(expected);
        EnableMsix();
        Enable();
        var guest = new Guest(this, entries: 64);

        // Every worker writes its own 4 KiB block of the disk; all of it is then read into other pages.
        guest.RunAll(NvmOpcode.Write, expected);
        Array.Clear(guest.Scratch);
        guest.RunAll(NvmOpcode.Read, expected);

        Assert.Equal(expected, guest.Scratch);
        _disk.Dispose();
        Assert.Equal(expected, File.ReadAllBytes(_path));
        Assert.Contains(_msi.Messages, m => m.Data == 0x41);
        Assert.Equal((1024, 1024), (_disk.Counters.Operations(BlockOperation.Write), _controller.Counters.Reads));
    }

    [Fact]
    public void Without_msix_the_pin_rises_with_a_completion_and_falls_with_its_acknowledgement()
    {
        Enable();
        _memory.Guest.TryWrite(NvmeDriver.AdminSubmission, new SubmissionQueueEntry { Opcode = (byte)AdminOpcode.Identify, Prp1 = NvmeDriver.Data, Cdw10 = 1 });

        Write(RegisterOffset.Doorbells, 1);
        _line.WaitFor(true);
        Write(RegisterOffset.InterruptMaskSet, 1);
        _line.WaitFor(false);
        Write(RegisterOffset.InterruptMaskClear, 1);
        _line.WaitFor(true);
        Write(RegisterOffset.Doorbells + 4, 1);
        _line.WaitFor(false);
    }

    [Fact]
    public void Kernel_rings_for_queues_with_shadows_only()
    {
        Enable();
        var guest = new Guest(this, entries: 64);
        Assert.Empty(_bound);

        guest.Admin(new SubmissionQueueEntry { Opcode = (byte)AdminOpcode.DoorbellBufferConfig, Prp1 = NvmeDriver.Shadows, Prp2 = NvmeDriver.EventIndexes });
        Assert.Equal([Registers + 0x1008], _bound);
        Write(RegisterOffset.Configuration, 0);
        WaitForStatus(0);
        Assert.Empty(_bound);
    }

    [Fact]
    public async Task State_moves_to_another_controller()
    {
        EnableMsix();
        Enable();
        var guest = new Guest(this, entries: 64);
        var expected = new byte[DiskLength];
        new Random(3).NextBytes(expected);
        guest.RunAll(NvmOpcode.Write, expected);
        await _controller.PauseAsync().WaitAsync(Limit);
        var writer = new StateWriter();
        _controller.Export(writer);
        _controller.Reset();

        using var thread = new IoThread("nvme-target");
        var target = Attach(_disk, thread);
        target.Import(new StateReader(writer.Written.ToArray(), "disk0"));
        target.Start();
        target.Resume();
        guest.RunAll(NvmOpcode.Read, expected);

        Assert.Equal(expected, guest.Scratch);
        target.Halt();
    }

    [Fact]
    public async Task Reset_of_the_machine_returns_to_power_on()
    {
        EnableMsix();
        Enable();
        await _controller.PauseAsync().WaitAsync(Limit);

        _controller.Reset();
        _controller.Resume();

        Span<byte> command = stackalloc byte[4];
        _controller.ReadConfig(4, command);
        Assert.Equal(0, command[0]);
        MapBars();
        Assert.Equal(0u, Read(RegisterOffset.Status));
        Enable();
        Assert.Equal((2, 1), (_controller.Counters.PowerCycles, _controller.Counters.UnsafeShutdowns));
    }

    NvmeController Attach(IBlockBackend? disk = null, IoThread? thread = null)
    {
        var options = new NvmeOptions { Serial = NvmeOptions.SerialFrom("disk0") };
        var controller = new NvmeController(options, disk ?? _disk, thread ?? _thread, TimeProvider.System);
        controller.Connect(new PciSlot
        {
            Path = new PciPath(0, 4, 0),
            Ports = new AddressBus("port", 0xffff),
            MemoryMapped = _bus,
            Memory = _memory.Guest,
            Msi = _msi,
            Intx = _line,
            IntxPin = 1,
            BindDoorbell = Bind,
        });
        if (disk is null)
        {
            MapBars(controller);
            controller.Start();
        }
        return controller;
    }

    bool Bind(DoorbellAddress address, System.Runtime.InteropServices.SafeHandle eventFd, out IDisposable? binding)
    {
        lock (_bound) _bound.Add(address.Address);
        binding = new Unbinding(() =>
        {
            lock (_bound) _bound.Remove(address.Address);
        });
        return true;
    }

    void MapBars(NvmeController? controller = null)
    {
        controller ??= _controller;
        controller.WriteConfig(0x10, BitConverter.GetBytes((uint)Registers));
        controller.WriteConfig(0x20, BitConverter.GetBytes((uint)MsixTable));
        controller.WriteConfig(0x04, [6, 0]);
    }

    void EnableMsix()
    {
        for (ulong vector = 0; vector < 2; vector++)
        {
            Assert.True(_bus.Write(MsixTable + vector * 16, BitConverter.GetBytes(0xfee0_0000UL)));
            Assert.True(_bus.Write(MsixTable + vector * 16 + 8, BitConverter.GetBytes(0x40 + vector)));
        }
        Span<byte> pointer = stackalloc byte[1];
        _controller.ReadConfig(0x34, pointer);
        _controller.WriteConfig(pointer[0] + 2, [0xff, 0x83]);
    }

    void Enable()
    {
        Write(RegisterOffset.AdminQueueAttributes, 0x001f_001f);
        Write(RegisterOffset.AdminSubmissionQueue, (uint)NvmeDriver.AdminSubmission);
        Write(RegisterOffset.AdminCompletionQueue, (uint)NvmeDriver.AdminCompletion);
        Write(RegisterOffset.Configuration, 0x0046_0001);
        WaitForStatus(1);
    }

    void WaitForStatus(uint status) =>
        Assert.True(SpinWait.SpinUntil(() => Read(RegisterOffset.Status) == status, Limit), $"CSTS is {Read(RegisterOffset.Status)}, not {status}");

    uint Read(int offset)
    {
        Span<byte> data = stackalloc byte[4];
        Assert.True(_bus.Read(Registers + (ulong)offset, data));
        return BinaryPrimitives.ReadUInt32LittleEndian(data);
    }

    void Write(int offset, uint value) => Assert.True(_bus.Write(Registers + (ulong)offset, BitConverter.GetBytes(value)));

    public void Dispose()
    {
        _controller.Halt();
        _thread.Dispose();
        _disk.Dispose();
        _memory.Dispose();
        File.Delete(_path);
    }

    /// <summary>A driver that polls one I/O queue pair and keeps it full, one 4 KiB page per command.</summary>
    sealed class Guest
    {
        const int PageSize = 4096;

        readonly NvmeControllerTests _test;
        readonly uint _entries;
        uint _adminTail;
        uint _tail;
        uint _head;
        bool _phase = true;

        public Guest(NvmeControllerTests test, uint entries)
        {
            _test = test;
            _entries = entries;
            Admin(new SubmissionQueueEntry { Opcode = (byte)AdminOpcode.CreateCompletionQueue, Prp1 = Completion, Cdw10 = 1 | (entries - 1) << 16, Cdw11 = 3 | 1 << 16 });
            Admin(new SubmissionQueueEntry { Opcode = (byte)AdminOpcode.CreateSubmissionQueue, Prp1 = Submission, Cdw10 = 1 | (entries - 1) << 16, Cdw11 = 1 | 1 << 16 });
        }

        public byte[] Scratch { get; } = new byte[DiskLength];

        public void Admin(SubmissionQueueEntry command)
        {
            _test._memory.Guest.TryWrite(NvmeDriver.AdminSubmission + _adminTail * 64, command);
            var answer = NvmeDriver.AdminCompletion + _adminTail * 16 + 12;
            _test.Write(RegisterOffset.Doorbells, ++_adminTail);
            uint status = 0;
            Assert.True(SpinWait.SpinUntil(() => _test._memory.Guest.TryReadAcquire(answer, out status) && (status >> 16 & 1) == 1, Limit), "no admin answer");
            Assert.Equal(0u, status >> 17);
        }

        /// <summary>Moves the whole disk; command i uses page i modulo the queue's depth.</summary>
        public void RunAll(NvmOpcode opcode, byte[] contents)
        {
            var pages = contents.Length / PageSize;
            var free = new Stack<int>(Enumerable.Range(0, (int)_entries - 1));
            var pageOf = new int[_entries];
            for (int sent = 0, done = 0; done < pages;)
            {
                while (sent < pages && free.TryPop(out var slot))
                {
                    pageOf[slot] = sent;
                    Send(opcode, slot, sent++, contents);
                }
                var finished = Take();
                done++;
                if (opcode == NvmOpcode.Read) _test._memory.Guest.TryRead(PageAddress(finished), Scratch.AsSpan(pageOf[finished] * PageSize, PageSize));
                free.Push(finished);
            }
        }

        static ulong PageAddress(int slot) => NvmeDriver.Data + (ulong)slot * PageSize;

        void Send(NvmOpcode opcode, int slot, int page, byte[] contents)
        {
            if (opcode == NvmOpcode.Write) _test._memory.Write(PageAddress(slot), contents.AsSpan(page * PageSize, PageSize));
            else _test._memory.Guest.TryClear(PageAddress(slot), PageSize);
            _test._memory.Guest.TryWrite(Submission + _tail * 64, NvmeDriver.Transfer(opcode, (ulong)page * 8, 8, PageAddress(slot)) with { CommandId = (ushort)slot });
            _tail = (_tail + 1) % _entries;
            _test.Write(RegisterOffset.Doorbells + 8, _tail);
        }

        int Take()
        {
            uint status = 0;
            var at = Completion + _head * 16 + 12;
            var isThere = SpinWait.SpinUntil(() => _test._memory.Guest.TryReadAcquire(at, out status) && (status >> 16 & 1) == (_phase ? 1u : 0), Limit);
            Assert.True(isThere, $"no answer at {_head}, tail {_tail}");
            Assert.Equal(0u, status >> 17);
            _head = (_head + 1) % _entries;
            if (_head == 0) _phase = !_phase;
            _test.Write(RegisterOffset.Doorbells + 12, _head);
            return (ushort)status;
        }
    }

    sealed class RecordingMsi : IMsiTarget
    {
        readonly List<MsiMessage> _messages = [];

        public IReadOnlyList<MsiMessage> Messages
        {
            get { lock (_messages) return [.. _messages]; }
        }

        public void Signal(MsiMessage message)
        {
            lock (_messages) _messages.Add(message);
        }
    }

    sealed class RecordingLine : IInterruptLine
    {
        volatile bool _isHigh;

        public void Assert() => _isHigh = true;

        public void Deassert() => _isHigh = false;

        public void WaitFor(bool level) => Xunit.Assert.True(SpinWait.SpinUntil(() => _isHigh == level, Limit), $"the pin is not {(level ? "high" : "low")}");
    }

    sealed class Unbinding(Action unbind) : IDisposable
    {
        public void Dispose() => unbind();
    }
}
