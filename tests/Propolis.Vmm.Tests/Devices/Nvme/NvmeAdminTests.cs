using System.Buffers.Binary;
using System.Text;
using Propolis.Vmm.Block;
using Propolis.Vmm.Block.Memory;
using Propolis.Vmm.Devices.Nvme;
using Propolis.Vmm.Devices.Nvme.Wire;

namespace Propolis.Vmm.Tests.Devices.Nvme;

public sealed class NvmeAdminTests : IDisposable
{
    const ulong Queue = 0x10_0000;

    readonly NvmeDriver _driver = new(new MemoryBackend(new byte[8 << 20], blockSize: 4096));

    public NvmeAdminTests() => _driver.Enable();

    [Fact]
    public void Controller_is_identified()
    {
        NvmeDriver.AssertSuccess(_driver.Admin(AdminOpcode.Identify, prp1: NvmeDriver.Data, cdw10: 1));

        var data = _driver.Memory.Bytes(NvmeDriver.Data, 4096);
        Assert.Equal(0x01de, BinaryPrimitives.ReadUInt16LittleEndian(data));
        Assert.Equal("disk0               ", Encoding.ASCII.GetString(data, 4, 20));
        Assert.Equal("Propolis NVMe disk".PadRight(40), Encoding.ASCII.GetString(data, 24, 40));
        Assert.Equal(8, data[77]);
        Assert.Equal(0x0001_0400u, BinaryPrimitives.ReadUInt32LittleEndian(data.AsSpan(80)));
        Assert.Equal(1 << 8, BinaryPrimitives.ReadUInt16LittleEndian(data.AsSpan(256)));
        Assert.Equal([0x66, 0x44], data[512..514]);
        Assert.Equal(1u, BinaryPrimitives.ReadUInt32LittleEndian(data.AsSpan(516)));
        Assert.Equal(0x0c, BinaryPrimitives.ReadUInt16LittleEndian(data.AsSpan(520)));
        Assert.StartsWith("nqn.2014-08.org.nvmexpress:uuid:", Encoding.ASCII.GetString(data, 768, 256), StringComparison.Ordinal);
    }

    [Fact]
    public void Namespace_is_identified_with_its_blocks()
    {
        NvmeDriver.AssertSuccess(_driver.Admin(AdminOpcode.Identify, nsid: 1, prp1: NvmeDriver.Data + 0x800, prp2: NvmeDriver.Data + 0x2000));

        Assert.Equal(2048UL, BinaryPrimitives.ReadUInt64LittleEndian(_driver.Memory.Bytes(NvmeDriver.Data + 0x800, 8)));
        Assert.Equal(12, _driver.Memory.Bytes(NvmeDriver.Data + 0x800 + 130, 1)[0]);
    }

    [Fact]
    public void Namespaces_are_listed_and_described()
    {
        NvmeDriver.AssertSuccess(_driver.Admin(AdminOpcode.Identify, prp1: NvmeDriver.Data, cdw10: 2));
        Assert.Equal([1, 0, 0, 0, 0, 0, 0, 0], _driver.Memory.Bytes(NvmeDriver.Data, 8));
        NvmeDriver.AssertSuccess(_driver.Admin(AdminOpcode.Identify, nsid: 1, prp1: NvmeDriver.Data, cdw10: 2));
        Assert.Equal(new byte[4096], _driver.Memory.Bytes(NvmeDriver.Data, 4096));
        NvmeDriver.AssertSuccess(_driver.Admin(AdminOpcode.Identify, nsid: 1, prp1: NvmeDriver.Data, cdw10: 3));
        var descriptor = _driver.Memory.Bytes(NvmeDriver.Data, 24);
        Assert.Equal([3, 16, 0, 0], descriptor[..4]);
        Assert.Equal(8, descriptor[10] >> 4);
        Assert.Equal(new byte[4], descriptor[20..]);
    }

    [Fact]
    public void Identify_of_what_is_not_there_is_refused()
    {
        Expect(NvmeStatus.InvalidNamespace, _driver.Admin(AdminOpcode.Identify, nsid: 2, prp1: NvmeDriver.Data));
        Expect(NvmeStatus.InvalidNamespace, _driver.Admin(AdminOpcode.Identify, nsid: 0xffff_fffe, prp1: NvmeDriver.Data, cdw10: 2));
        Expect(NvmeStatus.InvalidField, _driver.Admin(AdminOpcode.Identify, prp1: NvmeDriver.Data, cdw10: 0x1c));
        Expect(NvmeStatus.DataTransferError, _driver.Admin(AdminOpcode.Identify, prp1: NvmeDriver.MemoryLength, cdw10: 1));
        Expect(NvmeStatus.InvalidOpcode, _driver.Admin((AdminOpcode)0x80));
    }

    [Fact]
    public void Queues_are_made_by_the_rules()
    {
        Expect(NvmeStatus.InvalidQueueIdentifier, CreateCompletion(0));
        Expect(NvmeStatus.InvalidQueueIdentifier, CreateCompletion(16));
        Expect(NvmeStatus.InvalidQueueSize, CreateCompletion(1, entries: 1));
        Expect(NvmeStatus.InvalidField, CreateCompletion(1, flags: 2));
        Expect(NvmeStatus.PrpOffsetInvalid, CreateCompletion(1, address: Queue + 8));
        Expect(NvmeStatus.InvalidField, CreateCompletion(1, address: NvmeDriver.MemoryLength));
        Expect(NvmeStatus.InvalidInterruptVector, CreateCompletion(1, vector: 1024));
        Expect(NvmeStatus.Success, CreateCompletion(1));
        Expect(NvmeStatus.InvalidQueueIdentifier, CreateCompletion(1));

        Expect(NvmeStatus.CompletionQueueInvalid, CreateSubmission(1, completion: 2));
        Expect(NvmeStatus.InvalidQueueIdentifier, CreateSubmission(1, completion: 0));
        Expect(NvmeStatus.Success, CreateSubmission(1, completion: 1));
        Expect(NvmeStatus.Success, CreateSubmission(2, completion: 1));
        Expect(NvmeStatus.InvalidQueueIdentifier, CreateSubmission(2, completion: 1));
    }

    [Fact]
    public void Queues_are_deleted_in_their_order()
    {
        CreateCompletion(1);
        CreateSubmission(1, completion: 1);

        Expect(NvmeStatus.InvalidQueueDeletion, _driver.Admin(AdminOpcode.DeleteCompletionQueue, cdw10: 1));
        Expect(NvmeStatus.Success, _driver.Admin(AdminOpcode.DeleteSubmissionQueue, cdw10: 1));
        Expect(NvmeStatus.InvalidQueueIdentifier, _driver.Admin(AdminOpcode.DeleteSubmissionQueue, cdw10: 1));
        Expect(NvmeStatus.Success, _driver.Admin(AdminOpcode.DeleteCompletionQueue, cdw10: 1));
        Expect(NvmeStatus.InvalidQueueIdentifier, _driver.Admin(AdminOpcode.DeleteCompletionQueue, cdw10: 1));
        Expect(NvmeStatus.InvalidQueueIdentifier, _driver.Admin(AdminOpcode.DeleteSubmissionQueue, cdw10: 0));
    }

    [Fact]
    public void Entry_sizes_must_be_set_before_queues_are_made()
    {
        using var driver = new NvmeDriver(new MemoryBackend(new byte[4096]));
        driver.Enable(configuration: 1);

        Expect(NvmeStatus.InvalidField, driver.Admin(AdminOpcode.CreateCompletionQueue, prp1: Queue, cdw10: 1 | 15 << 16, cdw11: 1));
    }

    [Fact]
    public void Deletion_waits_for_what_is_in_flight_and_drops_what_is_queued()
    {
        var disk = new HeldBackend(new BlockGeometry { BlockSize = 512, BlockCount = 64 });
        using var driver = NvmeDriver.Ready(disk);
        driver.Send(1, NvmeDriver.Transfer(NvmOpcode.Read, 0, 1, NvmeDriver.Data));
        driver.Put(1, NvmeDriver.Transfer(NvmOpcode.Read, 0, 1, NvmeDriver.Data));

        driver.Send(0, new SubmissionQueueEntry { Opcode = (byte)AdminOpcode.DeleteSubmissionQueue, Cdw10 = 1 });
        driver.Pair(1).RingTail();
        driver.Pump();
        Assert.Empty(driver.Pair(0).Take());
        Assert.Single(disk.Held);
        disk.End(0);
        driver.Pump();

        NvmeDriver.AssertSuccess(Assert.Single(driver.Pair(0).Take()));
        NvmeDriver.AssertSuccess(Assert.Single(driver.Pair(1).Take()));
    }

    [Fact]
    public void A_controller_with_fewer_queues_grants_and_makes_no_more()
    {
        using var driver = new NvmeDriver(new MemoryBackend(new byte[1 << 20]), queues: 2);
        driver.Enable();

        Assert.Equal(0x0001_0001u, driver.Admin(AdminOpcode.GetFeatures, cdw10: (uint)FeatureId.NumberOfQueues).Result);
        Assert.Equal(0x0001_0001u, driver.Admin(AdminOpcode.SetFeatures, cdw10: (uint)FeatureId.NumberOfQueues, cdw11: 0x0007_0007).Result);
        Expect(NvmeStatus.InvalidQueueIdentifier, driver.Admin(AdminOpcode.CreateCompletionQueue, prp1: Queue, cdw10: 3 | 15 << 16, cdw11: 1));
        NvmeDriver.AssertSuccess(driver.Admin(AdminOpcode.CreateCompletionQueue, prp1: Queue, cdw10: 2 | 15 << 16, cdw11: 1));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(16)]
    public void Numbers_of_queues_that_cannot_be_are_refused(int queues) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new NvmeOptions { Serial = NvmeOptions.SerialFrom("d"), Queues = queues });

    [Fact]
    public void Features_have_their_defaults_and_keep_what_is_set()
    {
        Assert.Equal(7u, Get(FeatureId.Arbitration));
        Assert.Equal(373u, Get(FeatureId.TemperatureThreshold));
        Assert.Equal(0x000e_000eu, Get(FeatureId.NumberOfQueues));
        Assert.Equal(0x0001_0003u, Get(FeatureId.InterruptVectorConfiguration, 3));
        Assert.Equal(0u, Get(FeatureId.DeviceFeatures));

        Set(FeatureId.AsynchronousEventConfiguration, 0xff);
        Set(FeatureId.TemperatureThreshold, 0x0010_0100);
        Assert.Equal(0xffu, Get(FeatureId.AsynchronousEventConfiguration));
        Assert.Equal(0x100u, Get(FeatureId.TemperatureThreshold, 0x0010_0000));
        Assert.Equal(373u, Get(FeatureId.TemperatureThreshold));

        _driver.WriteRegister(RegisterOffset.Configuration, 0);
        _driver.Enable();
        Assert.Equal(0u, Get(FeatureId.AsynchronousEventConfiguration));
    }

    [Fact]
    public void Number_of_queues_is_granted_up_to_fifteen_and_only_before_there_are_any()
    {
        var answer = _driver.Admin(AdminOpcode.SetFeatures, cdw10: 7, cdw11: 63 | 3 << 16);
        NvmeDriver.AssertSuccess(answer);
        Assert.Equal(14u | 3 << 16, answer.Result);
        Expect(NvmeStatus.InvalidField, _driver.Admin(AdminOpcode.SetFeatures, cdw10: 7, cdw11: 0xffff));
        CreateCompletion(1);
        Expect(NvmeStatus.CommandSequenceError, _driver.Admin(AdminOpcode.SetFeatures, cdw10: 7, cdw11: 1));
    }

    [Fact]
    public void Features_that_cannot_be_are_refused()
    {
        Expect(NvmeStatus.FeatureNotSaveable, _driver.Admin(AdminOpcode.SetFeatures, cdw10: 1u << 31 | 1));
        Expect(NvmeStatus.InvalidField, _driver.Admin(AdminOpcode.SetFeatures, cdw10: 3));
        Expect(NvmeStatus.InvalidField, _driver.Admin(AdminOpcode.GetFeatures, cdw10: 3));
        Expect(NvmeStatus.InvalidField, _driver.Admin(AdminOpcode.GetFeatures, cdw10: 0xc0));
        Expect(NvmeStatus.InvalidField, _driver.Admin(AdminOpcode.SetFeatures, cdw10: 2, cdw11: 1));
        Expect(NvmeStatus.FeatureNotChangeable, _driver.Admin(AdminOpcode.SetFeatures, cdw10: 0xf0));
        // A disk in memory has no write cache to speak of.
        Expect(NvmeStatus.InvalidField, _driver.Admin(AdminOpcode.GetFeatures, cdw10: 6));
    }

    [Fact]
    public void Health_log_counts_what_the_guest_did()
    {
        _driver.CreatePair(1, 16);
        for (var i = 0; i < 3; i++) _driver.Run(1, NvmeDriver.Transfer(NvmOpcode.Read, 0, 256, NvmeDriver.Data, ListOf(256)));
        _driver.Run(1, NvmeDriver.Transfer(NvmOpcode.Write, 0, 1, NvmeDriver.Data));

        NvmeDriver.AssertSuccess(_driver.Admin(AdminOpcode.GetLogPage, nsid: NvmeRules.AllNamespaces, prp1: NvmeDriver.Data, cdw10: 2 | 127u << 16));

        var log = _driver.Memory.Bytes(NvmeDriver.Data, 512);
        Assert.Equal((0, 313), (log[0], BinaryPrimitives.ReadUInt16LittleEndian(log.AsSpan(1))));
        // Three reads of 1 MiB are 6144 sectors, the write is 8: thousands, rounded up.
        Assert.Equal((7, 1, 3, 1), (Number(log, 32), Number(log, 48), Number(log, 64), Number(log, 80)));
        Assert.Equal((1, 0), (Number(log, 112), Number(log, 144)));
    }

    [Fact]
    public void Part_of_a_log_page_is_read_from_an_offset()
    {
        NvmeDriver.AssertSuccess(_driver.Admin(AdminOpcode.GetLogPage, prp1: NvmeDriver.Data, cdw10: 3 | 1u << 16, cdw12: 8));
        Assert.Equal("1.0     ", Encoding.ASCII.GetString(_driver.Memory.Bytes(NvmeDriver.Data, 8)));

        Expect(NvmeStatus.InvalidField, _driver.Admin(AdminOpcode.GetLogPage, prp1: NvmeDriver.Data, cdw10: 3, cdw12: 516));
        Expect(NvmeStatus.InvalidField, _driver.Admin(AdminOpcode.GetLogPage, prp1: NvmeDriver.Data, cdw10: 3, cdw12: 2));
        Expect(NvmeStatus.InvalidField, _driver.Admin(AdminOpcode.GetLogPage, prp1: NvmeDriver.Data, cdw10: 3 | 0xffffu << 16, cdw11: 0xffff));
        Expect(NvmeStatus.InvalidLogPage, _driver.Admin(AdminOpcode.GetLogPage, prp1: NvmeDriver.Data, cdw10: 0x70));
    }

    [Fact]
    public void Supported_commands_are_listed()
    {
        NvmeDriver.AssertSuccess(_driver.Admin(AdminOpcode.GetLogPage, prp1: NvmeDriver.Data, cdw10: 5 | 1023u << 16));

        var log = _driver.Memory.Bytes(NvmeDriver.Data, 4096);
        Assert.Equal((1, 1, 0), (log[0x06 * 4], log[0x7c * 4], log[0x80 * 4]));
        Assert.Equal((3, 1, 0), (log[1024 + 0x01 * 4], log[1024 + 0x02 * 4], log[1024 + 0x05 * 4]));
    }

    [Fact]
    public void Parked_event_requests_are_limited_and_can_be_aborted()
    {
        var parked = Enumerable.Range(0, 4).Select(_ => ParkRequest()).ToArray();
        Assert.Empty(_driver.Pair(0).Take());
        Expect(NvmeStatus.EventRequestLimitExceeded, _driver.Admin(AdminOpcode.AsynchronousEventRequest));

        _driver.Send(0, new SubmissionQueueEntry { Opcode = (byte)AdminOpcode.Abort, Cdw10 = (uint)parked[2] << 16 });
        var answers = _driver.Pair(0).Take();

        Assert.Equal(parked[2], (ushort)answers[0].Status);
        Expect(NvmeStatus.AbortRequested, answers[0]);
        Assert.Equal((NvmeStatus.Success, 0u), (NvmeDriver.StatusOf(answers[1]), answers[1].Result));
        // The same again finds nothing to abort.
        Assert.Equal(1u, _driver.Admin(AdminOpcode.Abort, cdw10: (uint)parked[2] << 16).Result);
        Expect(NvmeStatus.InvalidField, _driver.Admin(AdminOpcode.Abort, cdw10: 9));
    }

    [Fact]
    public void Command_still_in_its_queue_is_aborted_when_fetched()
    {
        var disk = new HeldBackend(new BlockGeometry { BlockSize = 512, BlockCount = 64 });
        using var driver = new NvmeDriver(disk);
        driver.Enable();
        driver.CreatePair(1, 4);
        // Three answers are outstanding, so a queue of four has no room for a fourth: the last command stays queued.
        for (var i = 0; i < 3; i++) driver.Send(1, NvmeDriver.Transfer(NvmOpcode.Read, 0, 1, NvmeDriver.Data));
        disk.EndAll();
        var queued = driver.Send(1, NvmeDriver.Transfer(NvmOpcode.Read, 0, 1, NvmeDriver.Data));
        Assert.Empty(disk.Held);

        Assert.Equal(0u, driver.Admin(AdminOpcode.Abort, cdw10: 1 | (uint)queued << 16).Result);
        Assert.Equal(3, driver.Pair(1).Take().Count);
        var answer = Assert.Single(driver.Pair(1).Take());

        Expect(NvmeStatus.AbortRequested, answer);
        Assert.Empty(disk.Held);
    }

    [Fact]
    public void Running_command_of_many_steps_is_aborted_between_them()
    {
        var disk = new HeldBackend(new BlockGeometry { BlockSize = 512, BlockCount = 64, CanDiscard = true });
        using var driver = NvmeDriver.Ready(disk);
        driver.Memory.Guest.TryWrite(NvmeDriver.Data, new DatasetRange(0, 1, 0));
        driver.Memory.Guest.TryWrite(NvmeDriver.Data + 16, new DatasetRange(0, 1, 1));
        var id = driver.Send(1, new SubmissionQueueEntry { Opcode = (byte)NvmOpcode.DatasetManagement, NamespaceId = 1, Prp1 = NvmeDriver.Data, Cdw10 = 1, Cdw11 = 4 });

        Assert.Equal(1u, driver.Admin(AdminOpcode.Abort, cdw10: 1 | (uint)id << 16).Result);
        disk.End(0);

        Assert.Empty(disk.Held);
        Expect(NvmeStatus.AbortRequested, Assert.Single(driver.Pair(1).Take()));
    }

    [Fact]
    public void Temperature_event_comes_once_until_the_log_is_read()
    {
        ParkRequest();
        ParkRequest();
        Set(FeatureId.AsynchronousEventConfiguration, 2);
        Assert.Empty(_driver.Pair(0).Take());

        _driver.Send(0, SetTemperature(300));
        var answers = _driver.Pair(0).Take();
        Assert.Equal(2, answers.Count);
        Assert.Equal(0x0002_0101u, answers[1].Result);

        Set(FeatureId.TemperatureThreshold, 400);
        _driver.Send(0, SetTemperature(300));
        Assert.Single(_driver.Pair(0).Take());
        _driver.Send(0, new SubmissionQueueEntry { Opcode = (byte)AdminOpcode.GetLogPage, Prp1 = NvmeDriver.Data, Cdw10 = 2 | 127u << 16 });
        answers = _driver.Pair(0).Take();
        Assert.Equal(0x0002_0101u, answers[1].Result);
        Assert.Equal(2, _driver.Memory.Bytes(NvmeDriver.Data, 1)[0]);
    }

    [Fact]
    public void Reset_forgets_parked_requests()
    {
        for (var i = 0; i < 4; i++) ParkRequest();
        _driver.WriteRegister(RegisterOffset.Configuration, 0);
        _driver.Enable();

        ParkRequest();
        Assert.Empty(_driver.Pair(0).Take());
    }

    ushort ParkRequest() => _driver.Send(0, new SubmissionQueueEntry { Opcode = (byte)AdminOpcode.AsynchronousEventRequest });

    static SubmissionQueueEntry SetTemperature(uint kelvin) =>
        new() { Opcode = (byte)AdminOpcode.SetFeatures, Cdw10 = (uint)FeatureId.TemperatureThreshold, Cdw11 = kelvin };

    CompletionQueueEntry CreateCompletion(ushort id, uint entries = 16, ulong address = Queue, uint flags = 3, uint vector = 1) =>
        _driver.Admin(AdminOpcode.CreateCompletionQueue, prp1: address, cdw10: id | (entries - 1) << 16, cdw11: flags | vector << 16);

    CompletionQueueEntry CreateSubmission(ushort id, ushort completion) =>
        _driver.Admin(AdminOpcode.CreateSubmissionQueue, prp1: Queue + 0x1000, cdw10: id | 15u << 16, cdw11: 1u | (uint)completion << 16);

    uint Get(FeatureId feature, uint cdw11 = 0)
    {
        var answer = _driver.Admin(AdminOpcode.GetFeatures, cdw10: (uint)feature, cdw11: cdw11);
        NvmeDriver.AssertSuccess(answer);
        return answer.Result;
    }

    void Set(FeatureId feature, uint value) => NvmeDriver.AssertSuccess(_driver.Admin(AdminOpcode.SetFeatures, cdw10: (uint)feature, cdw11: value));

    /// <summary>A list of pages that begins behind the first data page.</summary>
    ulong ListOf(int pages)
    {
        const ulong list = NvmeDriver.Data + 0x1000;
        for (var i = 1; i < pages; i++) _driver.Memory.Guest.TryWrite(list + (ulong)(i - 1) * 8, NvmeDriver.Data + 0x2000 + (ulong)i * 4096);
        return list;
    }

    static void Expect(NvmeStatus status, in CompletionQueueEntry answer) => Assert.Equal(status, NvmeDriver.StatusOf(answer));

    static long Number(byte[] log, int offset) => BinaryPrimitives.ReadInt64LittleEndian(log.AsSpan(offset));

    public void Dispose() => _driver.Dispose();
}
