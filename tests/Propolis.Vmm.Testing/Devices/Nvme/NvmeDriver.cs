using System.Buffers.Binary;
using Propolis.Vmm.Block;
using Propolis.Vmm.Devices.Nvme;
using Propolis.Vmm.Devices.Nvme.Wire;
using Propolis.Vmm.Pci;
using Propolis.Vmm.Tests.Memory;

namespace Propolis.Vmm.Tests.Devices.Nvme;

/// <summary>
/// The guest's side of an NVMe controller, over test memory and without threads: it writes registers and queue entries as a driver does and reads completions by
/// their phase tag. Pages from <see cref="Data"/> on are free for the test.
/// </summary>
sealed class NvmeDriver : IDisposable
{
    public const ulong AdminSubmission = 0x1_0000;
    public const ulong AdminCompletion = 0x2_0000;
    public const ulong Shadows = 0x3_0000;
    public const ulong EventIndexes = 0x3_1000;
    public const ulong Data = 0x20_0000;
    public const ulong MemoryLength = 16 << 20;
    public const uint AdminEntries = 32;

    readonly Dictionary<int, QueuePair> _pairs = [];
    ushort _nextId;

    public NvmeDriver(IBlockBackend backend, TestMemory? memory = null, TimeProvider? clock = null, int queues = 15)
    {
        Memory = memory ?? new TestMemory(MemoryLength);
        Attachment = new TestAttachment();
        var options = new NvmeOptions { Serial = NvmeOptions.SerialFrom("disk0"), Queues = queues };
        Chip = new NvmeChip(options, Identity, backend, Memory.Guest, Attachment, clock ?? TimeProvider.System);
    }

    public static PciIdentity Identity { get; } = new() { Vendor = 0x01de, Device = 0, Class = 1, Subclass = 8, SubsystemVendor = 0x01de };

    public TestMemory Memory { get; }

    public TestAttachment Attachment { get; }

    public NvmeChip Chip { get; }

    public uint Status => ReadRegister(RegisterOffset.Status);

    public uint ReadRegister(int offset)
    {
        Span<byte> data = stackalloc byte[4];
        Chip.Read((ulong)offset, data);
        return BinaryPrimitives.ReadUInt32LittleEndian(data);
    }

    public void WriteRegister(int offset, uint value)
    {
        Chip.Write((ulong)offset, BitConverter.GetBytes(value));
        Pump();
    }

    public void Pump() => Attachment.Pump(Chip);

    /// <summary>Sets the admin queues and EN, with entry sizes.</summary>
    public void Enable(uint configuration = 0x0046_0001)
    {
        WriteRegister(RegisterOffset.AdminQueueAttributes, (AdminEntries - 1) << 16 | (AdminEntries - 1));
        WriteRegister(RegisterOffset.AdminSubmissionQueue, (uint)AdminSubmission);
        WriteRegister(RegisterOffset.AdminSubmissionQueueHigh, 0);
        WriteRegister(RegisterOffset.AdminCompletionQueue, (uint)AdminCompletion);
        WriteRegister(RegisterOffset.AdminCompletionQueueHigh, 0);
        _pairs[0] = new QueuePair(this, 0, AdminSubmission, AdminCompletion, AdminEntries);
        Memory.Guest.TryClear(AdminCompletion, AdminEntries * CompletionQueueEntry.Size);
        WriteRegister(RegisterOffset.Configuration, configuration);
    }

    /// <summary>Enables and makes I/O queue pair 1.</summary>
    public static NvmeDriver Ready(IBlockBackend backend, uint entries = 64)
    {
        var driver = new NvmeDriver(backend);
        driver.Enable();
        Assert.Equal(1u, driver.Status);
        driver.CreatePair(1, entries);
        return driver;
    }

    /// <summary>The queue pair of a number.</summary>
    public QueuePair Pair(int id) => _pairs[id];

    /// <summary>Makes a completion and a submission queue of the same number and size.</summary>
    public QueuePair CreatePair(ushort id, uint entries)
    {
        var submission = 0x4_0000 + (ulong)id * 0x8000;
        var completion = submission + 0x4000;
        Memory.Guest.TryClear(completion, entries * CompletionQueueEntry.Size);
        AssertSuccess(Admin(AdminOpcode.CreateCompletionQueue, prp1: completion, cdw10: id | (entries - 1) << 16, cdw11: 3u | (uint)id << 16));
        AssertSuccess(Admin(AdminOpcode.CreateSubmissionQueue, prp1: submission, cdw10: id | (entries - 1) << 16, cdw11: 1u | (uint)id << 16));
        return _pairs[id] = new QueuePair(this, id, submission, completion, entries);
    }

    /// <summary>Sends an admin command and returns its answer.</summary>
    public CompletionQueueEntry Admin(AdminOpcode opcode, uint nsid = 0, ulong prp1 = 0, ulong prp2 = 0, uint cdw10 = 0, uint cdw11 = 0, uint cdw12 = 0) =>
        Run(0, new SubmissionQueueEntry { Opcode = (byte)opcode, NamespaceId = nsid, Prp1 = prp1, Prp2 = prp2, Cdw10 = cdw10, Cdw11 = cdw11, Cdw12 = cdw12 });

    /// <summary>Sends a command on a queue and returns its answer, which must come at once.</summary>
    public CompletionQueueEntry Run(int queue, SubmissionQueueEntry command)
    {
        var id = Send(queue, command);
        var answer = Assert.Single(_pairs[queue].Take());
        Assert.Equal(id, (ushort)answer.Status);
        return answer;
    }

    /// <summary>Sends a command and rings; returns the id it was given.</summary>
    public ushort Send(int queue, SubmissionQueueEntry command)
    {
        var id = Put(queue, command);
        _pairs[queue].RingTail();
        Pump();
        return id;
    }

    /// <summary>Writes a command into a queue without ringing.</summary>
    public ushort Put(int queue, SubmissionQueueEntry command)
    {
        var id = _nextId++;
        _pairs[queue].Put(command with { CommandId = id });
        return id;
    }

    /// <summary>A read or write of <paramref name="blocks"/> blocks.</summary>
    public static SubmissionQueueEntry Transfer(NvmOpcode opcode, ulong lba, uint blocks, ulong prp1, ulong prp2 = 0, uint flags = 0) => new()
    {
        Opcode = (byte)opcode,
        NamespaceId = 1,
        Prp1 = prp1,
        Prp2 = prp2,
        Cdw10 = (uint)lba,
        Cdw11 = (uint)(lba >> 32),
        Cdw12 = blocks - 1 | flags,
    };

    /// <summary>The status field of an answer, without its phase tag.</summary>
    public static NvmeStatus StatusOf(in CompletionQueueEntry answer) => new((ushort)(answer.Status >> 17));

    public static void AssertSuccess(in CompletionQueueEntry answer) => Assert.Equal(NvmeStatus.Success, StatusOf(answer));

    public void Dispose() => Memory.Dispose();

    /// <summary>A submission and a completion queue as the driver sees them.</summary>
    public sealed class QueuePair(NvmeDriver driver, int id, ulong submission, ulong completion, uint entries)
    {
        uint _tail;
        uint _head;
        bool _phase = true;

        public uint Tail => _tail;

        public void Put(in SubmissionQueueEntry command)
        {
            Assert.True(driver.Memory.Guest.TryWrite(submission + _tail * SubmissionQueueEntry.Size, command));
            _tail = (_tail + 1) % entries;
        }

        public void RingTail() => driver.Chip.Write((ulong)(RegisterOffset.Doorbells + id * 8), BitConverter.GetBytes(_tail));

        public void RingHead()
        {
            driver.Chip.Write((ulong)(RegisterOffset.Doorbells + id * 8 + 4), BitConverter.GetBytes(_head));
            driver.Pump();
        }

        /// <summary>Takes all new answers and acknowledges them.</summary>
        public List<CompletionQueueEntry> Take()
        {
            var taken = Peek();
            if (taken.Count > 0) RingHead();
            return taken;
        }

        /// <summary>Takes all new answers without acknowledging them.</summary>
        public List<CompletionQueueEntry> Peek()
        {
            var taken = new List<CompletionQueueEntry>();
            while (driver.Memory.Guest.TryRead(completion + _head * CompletionQueueEntry.Size, out CompletionQueueEntry entry) && (entry.Status >> 16 & 1) == (_phase ? 1u : 0))
            {
                taken.Add(entry);
                _head = (_head + 1) % entries;
                if (_head == 0) _phase = !_phase;
            }
            return taken;
        }

        /// <summary>Stores tail and head into the shadow doorbells instead of ringing; true when the event index asks for a ring all the same.</summary>
        public bool StoreShadow(bool isCompletion)
        {
            var value = isCompletion ? _head : _tail;
            var offset = (ulong)(id * 2 + (isCompletion ? 1 : 0)) * 4;
            driver.Memory.Guest.TryReadAcquire(Shadows + offset, out uint old);
            driver.Memory.Guest.TryWriteRelease(Shadows + offset, value);
            driver.Memory.Guest.TryReadAcquire(EventIndexes + offset, out uint eventIndex);
            return (ushort)(value - eventIndex - 1) < (ushort)(value - old);
        }

        /// <summary>Bytes of the structure for tests that look themselves.</summary>
        public byte[] CompletionBytes(int index) => driver.Memory.Bytes(completion + (ulong)index * CompletionQueueEntry.Size, CompletionQueueEntry.Size);
    }
}
