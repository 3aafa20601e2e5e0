using FsCheck;
using FsCheck.Fluent;
using Propolis.Vmm.Block.Memory;
using Propolis.Vmm.Devices.Virtio;
using Propolis.Vmm.Devices.Virtio.Block;
using Propolis.Vmm.Devices.Virtio.Net;
using Propolis.Vmm.Devices.Virtio.Queue;
using Propolis.Vmm.Net;
using Propolis.Vmm.State;
using Propolis.Vmm.Tests.Devices.Virtio.FakeDriver;
using Propolis.Vmm.Tests.Memory;

namespace Propolis.Vmm.Tests.Fuzz;

/// <summary>
/// Drivers that write anything anywhere into their rings, buffers and commands. A device may answer with errors or stop its queue; it never throws, never keeps a
/// chain, and can be paused and exported afterwards.
/// </summary>
static class HostileDriver
{
    const ushort Size = 16;
    const ulong Buffers = 0x8000;

    static readonly Gen<Descriptor> AnyDescriptor =
        from page in Gen.Choose(0, 17)
        from offset in Gen.Elements(0, 0, 1, 13, 4090)
        from length in Gen.Elements(0, 1, 16, 17, 512, 513, 528, 1600, 4096, 70_000, -1)
        from flags in Gen.Choose(0, 7)
        from next in Gen.Choose(0, Size)
        select new Descriptor((ulong)(page * 4096 + offset), (uint)length, (DescriptorFlags)flags, (ushort)next);

    static readonly Arbitrary<(Descriptor[] Table, byte[] Bytes, int[] Heads)> AnyRing =
        (from table in Gen.ArrayOf(AnyDescriptor, Size)
         from bytes in Gen.ArrayOf(Gen.Frequency((3, Gen.Choose(0, 16)), (1, Gen.Choose(0, 255))).Select(b => (byte)b), 256)
         from heads in Gen.ArrayOf(Gen.Choose(0, Size - 1), 8)
         select (table, bytes, heads)).ToArbitrary();

    public static Property Disk() => Prop.ForAll(AnyRing, ring =>
    {
        var disk = new VirtioBlock(new VirtioBlockOptions { QueueSize = Size }, new MemoryBackend(new byte[64 * 512]), TimeProvider.System);
        return Survives(disk, 0, new FakeTransport(), ring);
    });

    public static Property Network(int queue) => Prop.ForAll(AnyRing, ring =>
    {
        var transport = new FakeTransport { Features = (queue & 1) == 0 ? VirtioFeatures.Version1 | VirtioNetRules.Offer(new NetAbilities()) : 0 };
        var cable = new NetPair(new NetAbilities());
        var card = new VirtioNet(new VirtioNetOptions { Mac = NetFrame.Guest, ReceiveQueueSize = Size, TransmitQueueSize = Size }, cable.First);
        for (var i = 0; i < 12; i++) cable.Second.Send(0, NetFrame.Make(NetFrame.Guest, 60 + i * 300));
        return Survives(card, queue, transport, ring);
    });

    public static Property Commands() => Prop.ForAll<byte[], ushort, ulong>((data, command, features) =>
    {
        var state = new NetControlState { Filter = new ReceiveFilter { Mac = NetFrame.Guest } };
        var changed = NetControlRules.Apply(state, features, 4, (ControlCommand)(command % 0x500), data ?? []);
        return changed is null || (changed.ActivePairs is >= 1 and <= 4 && changed.Filter.Unicast.Length <= ReceiveFilter.MaxAddresses);
    });

    static bool Survives(VirtioDevice device, int index, FakeTransport transport, (Descriptor[] Table, byte[] Bytes, int[] Heads) ring)
    {
        using var memory = new TestMemory(0x1_0000);
        for (ulong page = 0; page < 8; page++) memory.Write(Buffers + page * 4096, ring.Bytes);
        device.Connect(memory.Guest, transport);
        var queue = device.Queues[index];
        var driver = new DriverQueue(memory.Guest, 0x1000, queue.MaxSize, eventIdx: false);
        for (var i = 0; i < Size; i++) driver.WriteDescriptor((ushort)i, ring.Table[i]);
        queue.SetAreas(driver.Areas);
        queue.Enable(usesEventIdx: false, usesIndirect: true);
        queue.Start();
        foreach (var head in ring.Heads) driver.OfferRaw((ushort)head);
        driver.Publish();
        device.Service(queue);
        device.Service(queue);
        var writer = new StateWriter();
        queue.Export(writer);
        device.Export(writer);
        return queue.InFlight == 0 && queue.PauseAsync().IsCompleted && (queue.Misuse != QueueMisuse.None) == (device.Misuses == 1);
    }
}
