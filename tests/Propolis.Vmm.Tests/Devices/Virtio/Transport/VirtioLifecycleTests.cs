using Propolis.Vmm.Block;
using Propolis.Vmm.Block.Memory;
using Propolis.Vmm.Devices.Virtio;
using Propolis.Vmm.Devices.Virtio.Block;
using Propolis.Vmm.Devices.Virtio.Transport;
using Propolis.Vmm.Io;
using Propolis.Vmm.State;
using Propolis.Vmm.Tests.Devices.Virtio.FakeDriver;
using Propolis.Vmm.Tests.Memory;

namespace Propolis.Vmm.Tests.Devices.Virtio.Transport;

/// <summary>Pause, snapshot, reset and hostile registers, with a disk behind the transport.</summary>
public sealed class VirtioLifecycleTests : IDisposable
{
    const ulong Ring = 0x1000;
    const ulong Requests = 0x4_0000;
    const ulong Data = 0xa_0000;
    static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    readonly TestMemory _memory = new(1 << 21);
    readonly IoThread _thread = new("virtio-test");
    readonly IoThread _secondThread = new("virtio-test-2");
    readonly List<VirtioPciFunction> _functions = [];

    [Fact]
    public async Task Snapshot_in_mid_stream_loses_and_repeats_nothing()
    {
        const int total = 200;
        var contents = new byte[total * 512];
        for (var i = 0; i < contents.Length; i++) contents[i] = (byte)(i / 512);
        var (function, slot) = Attach(new MemoryBackend(contents));
        var driver = new ModernDriver(slot, _memory.Guest);
        driver.Negotiate(VirtioFeatures.Version1 | VirtioFeatures.EventIdx);
        var queue = driver.AddQueue(0, Ring, 256, eventIdx: true);
        driver.Ready();
        var heads = new Dictionary<uint, int>();
        var answers = new int[total];
        for (var i = 0; i < 120; i++) Read(i);

        // Some of them may not have been taken yet, others are in flight, others are answered but not seen.
        await function.PauseAsync().WaitAsync(Limit);
        var writer = new StateWriter();
        function.Export(writer);
        var (copy, copySlot) = Attach(new MemoryBackend(contents));
        await copy.PauseAsync().WaitAsync(Limit);
        var reader = new StateReader(writer.Written.ToArray(), "disk");
        copy.Import(reader);
        reader.ExpectEnd();
        driver = new ModernDriver(copySlot, _memory.Guest);
        copy.Resume();
        for (var i = 120; i < total; i++) Read(i);
        Eventually.Holds("every answer", () => Reap() && answers.Sum() >= total);

        Assert.All(answers, count => Assert.Equal(1, count));
        for (var i = 0; i < total; i++) Assert.Equal((byte)i, _memory.Bytes(Data + (ulong)i * 512, 1)[0]);

        void Read(int i)
        {
            Eventually.Holds("room in the ring", () => Reap() && queue.FreeDescriptors >= 3);
            var page = Requests + (ulong)i * 64;
            _memory.Guest.TryWrite(page, new BlockRequestHeader(BlockRequestType.In, 0, (ulong)i));
            heads[queue.Add(new(page, 16, false), new(Data + (ulong)i * 512, 512, true), new(page + 32, 1, true))] = i;
            if (queue.Publish()) driver.Ring(0);
        }

        bool Reap()
        {
            while (queue.TryTakeUsed(out var used)) answers[heads[used.Id]]++;
            return true;
        }
    }

    [Fact]
    public async Task Pause_waits_for_the_disk_and_resume_takes_what_came_meanwhile()
    {
        var backend = HeldBackend.WithSectors(64);
        var (function, slot) = Attach(backend);
        var driver = new ModernDriver(slot, _memory.Guest);
        var (queue, commands) = Ready(driver);
        var first = commands.Add(BlockRequestType.In, 0, new DriverBuffer(Data, 512, true));
        queue.Publish();
        driver.Ring(0);
        Eventually.Holds("the backend has it", () => backend.Held == 1);

        var paused = function.PauseAsync();
        var second = commands.Add(BlockRequestType.In, 1, new DriverBuffer(Data + 512, 512, true));
        queue.Publish();
        driver.Ring(0);
        Assert.False(paused.IsCompleted);
        backend.Release(0);
        await paused.WaitAsync(Limit);
        Assert.Equal(BlockRequestStatus.Ok, commands.Status(first));
        Assert.Equal(0, backend.Held);

        function.Resume();
        Eventually.Holds("the backend has the second", () => backend.Held == 1);
        backend.Release(0);
        Assert.Equal(BlockRequestStatus.Ok, commands.Status(second));
    }

    [Fact]
    public async Task Snapshot_of_features_this_device_lacks_is_refused()
    {
        var (function, slot) = Attach(HeldBackend.WithSectors(64));
        var driver = new ModernDriver(slot, _memory.Guest);
        driver.Negotiate(VirtioFeatures.Version1 | VirtioBlockFeatures.Flush);
        await function.PauseAsync();
        var writer = new StateWriter();
        function.Export(writer);
        var (plain, _) = Attach(new MemoryBackend(new byte[64 * 512]));

        var refusal = Assert.Throws<StateFormatException>(() => plain.Import(new StateReader(writer.Written.ToArray(), "disk0")));

        Assert.Equal("disk0: the guest uses features 0x200 that this device does not have.", refusal.Message);
    }

    [Fact]
    public async Task Machine_reset_returns_to_power_on()
    {
        var (function, slot) = Attach(HeldBackend.WithSectors(64));
        var fresh = new StateWriter();
        function.Export(fresh);
        slot.EnableMsix(2);
        var driver = new ModernDriver(slot, _memory.Guest);
        Ready(driver);

        await function.PauseAsync();
        function.Reset();

        var (_, unused) = Attach(HeldBackend.WithSectors(64), place: false);
        var after = new StateWriter();
        function.Export(after);
        var expected = new StateWriter();
        ((VirtioPciFunction)unused.Function).Export(expected);
        Assert.Equal(expected.Written.ToArray(), after.Written.ToArray());
        Assert.NotEqual(fresh.Written.ToArray(), after.Written.ToArray());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Random_register_traffic_never_throws(int seed)
    {
        var (function, slot) = Attach(new MemoryBackend(new byte[64 * 512]), queues: 3);
        var random = new Random(seed);
        var data = new byte[8];
        for (var i = 0; i < 20_000; i++)
        {
            var width = 1 << random.Next(4);
            random.NextBytes(data);
            // Small values reach further than noise: they are valid selectors, sizes and statuses.
            if (random.Next(2) == 0) data.AsSpan(1).Clear();
            var span = data.AsSpan(0, width);
            switch (random.Next(6))
            {
                case 0: slot.MemoryMapped.Read(slot.ModernBase + (ulong)random.Next(0x4000 / width) * (ulong)width, span); break;
                case 1: slot.MemoryMapped.Write(slot.ModernBase + (ulong)random.Next(0x40), span); break;
                case 2: slot.MemoryMapped.Write(slot.ModernBase + (ulong)random.Next(0x4000 / width) * (ulong)width, span); break;
                case 3: slot.Ports.Read(slot.PortBase + (ulong)random.Next(0x200), span); break;
                case 4: slot.Ports.Write(slot.PortBase + (ulong)random.Next(0x40), span); break;
                default:
                    var window = random.Next(0x40, 0x100) & ~(Math.Min(width, 4) - 1);
                    function.WriteConfig(window, span[..Math.Min(width, 4)]);
                    function.ReadConfig(window, span[..Math.Min(width, 4)]);
                    break;
            }
        }
        // It still works for a driver that means well.
        slot.PlaceBars();
        var driver = new ModernDriver(slot, _memory.Guest);
        var (queue, commands) = Ready(driver);
        var status = commands.Add(BlockRequestType.In, 0, new DriverBuffer(Data, 512, true));
        queue.Publish();
        driver.Ring(0);
        Eventually.Holds($"the disk answers after seed {seed}", () => commands.Status(status) == BlockRequestStatus.Ok);
    }

    [Fact]
    public async Task Resets_and_requests_at_once_leave_nothing_behind()
    {
        using var backend = new ThreadedBackend();
        var (function, slot) = Attach(backend, queues: 2);
        var driver = new ModernDriver(slot, _memory.Guest);
        var random = new Random(7);
        for (var round = 0; round < 200; round++)
        {
            driver.Negotiate(VirtioFeatures.Version1 | VirtioFeatures.EventIdx | VirtioBlockFeatures.MultiQueue);
            var first = driver.AddQueue(0, Ring, 64, eventIdx: true);
            var second = driver.AddQueue(1, Ring + 0x4000, 64, eventIdx: true);
            driver.Ready();
            foreach (var (queue, number) in new[] { (first, (ushort)0), (second, (ushort)1) })
            {
                var commands = new BlockCommands(_memory, queue, Requests);
                for (var i = random.Next(1, 15); i > 0; i--) commands.Add(BlockRequestType.In, (ulong)i, new DriverBuffer(Data, 512, true));
                if (queue.Publish()) driver.Ring(number);
            }
            if (random.Next(2) == 0) Eventually.Holds("an answer", () => first.UsedIdx > 0 && second.UsedIdx > 0);
        }
        driver.Reset();

        await function.PauseAsync().WaitAsync(Limit);
        function.Export(new StateWriter());
    }

    public void Dispose()
    {
        foreach (var function in _functions) function.Halt();
        _thread.Dispose();
        _secondThread.Dispose();
        _memory.Dispose();
    }

    (VirtioPciFunction Function, FakeSlot Slot) Attach(IBlockBackend backend, int queues = 1, bool place = true)
    {
        var disk = new VirtioBlock(new VirtioBlockOptions { Queues = queues }, backend, TimeProvider.System);
        var function = new VirtioPciFunction(disk, [_thread, _secondThread]);
        _functions.Add(function);
        var slot = new FakeSlot(_memory.Guest, function);
        if (place) slot.PlaceBars();
        return (function, slot);
    }

    (DriverQueue Queue, BlockCommands Commands) Ready(ModernDriver driver)
    {
        driver.Negotiate(VirtioFeatures.Version1);
        var queue = driver.AddQueue(0, Ring, 64, eventIdx: false);
        driver.Ready();
        return (queue, new BlockCommands(_memory, queue, Requests));
    }
}
