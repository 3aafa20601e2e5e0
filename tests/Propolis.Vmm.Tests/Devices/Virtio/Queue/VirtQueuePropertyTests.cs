using FsCheck;
using FsCheck.Fluent;
using Propolis.Vmm.Devices.Virtio.Queue;
using Propolis.Vmm.Tests.Devices.Virtio.FakeDriver;
using Propolis.Vmm.Tests.Memory;

namespace Propolis.Vmm.Tests.Devices.Virtio.Queue;

public sealed class VirtQueuePropertyTests : IDisposable
{
    const ushort Size = 16;
    const ulong Ring = 0x1000;
    const ulong Table = 0x4000;
    const int TableEntries = 24;

    readonly TestMemory _memory = new(0x1_0000);

    /// <summary>A descriptor as a hostile driver writes it: mostly plausible, seldom right.</summary>
    static readonly Gen<Descriptor> Hostile =
        from address in Gen.OneOf(Gen.Choose(0, 0xffff).Select(a => (ulong)a), Gen.Constant(Table), Gen.Constant(Table + 8), Gen.Constant(ulong.MaxValue - 7), Gen.Constant(1UL << 40))
        from length in Gen.OneOf(Gen.Choose(0, 64).Select(l => (uint)l), Gen.Choose(1, TableEntries).Select(n => (uint)n * 16), Gen.Constant(uint.MaxValue))
        from flags in Gen.Choose(0, 9)
        from next in Gen.Choose(0, TableEntries)
        select new Descriptor(address, length, (DescriptorFlags)(flags > 7 ? 1 : flags), (ushort)next);

    [Fact]
    public void Hostile_tables_neither_throw_nor_loop_nor_lead_out_of_bounds()
    {
        var tables = (from direct in Gen.ArrayOf(Hostile, Size)
                      from indirect in Gen.ArrayOf(Hostile, TableEntries)
                      from heads in Gen.ArrayOf(Gen.Choose(0, Size + 1))
                      from idx in Gen.Choose(0, Size + 2)
                      from usesIndirect in ArbMap.Default.GeneratorFor<bool>()
                      select (direct, indirect, heads, idx, usesIndirect)).ToArbitrary();

        Prop.ForAll(tables, t => Survives(t.direct, t.indirect, t.heads, t.idx, t.usesIndirect)).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Random_bytes_as_a_whole_ring_neither_throw_nor_loop()
    {
        var rings = Gen.ArrayOf(Gen.Choose(0, 255).Select(b => (byte)b), 0x800).ToArbitrary();

        Prop.ForAll(rings, bytes =>
        {
            _memory.Write(Ring, bytes);
            var queue = Open(usesIndirect: true);
            var chain = new DescriptorChain();
            for (var i = 0; i <= Size + 1; i++)
            {
                if (queue.TryPop(chain) != PopResult.Popped) break;
                if (!IsBounded(chain)) return false;
                queue.AddUsed(chain.Head, chain.Generation, 0);
                queue.Publish();
                queue.TakeInterrupt();
                queue.RearmDoorbells();
            }
            return queue.InFlight == 0;
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Good_chains_arrive_whole_in_order_however_they_are_cut_and_answered()
    {
        var step = from readable in Gen.Choose(0, 3)
                   from writable in Gen.Choose(0, 3)
                   from isIndirect in ArbMap.Default.GeneratorFor<bool>()
                   from answer in Gen.Choose(0, 3)
                   select (readable, writable, isIndirect, answer);
        var scripts = Gen.ListOf(step).ToArbitrary();

        Prop.ForAll(scripts, script =>
        {
            _memory.Guest.TryClear(Ring, 0x1000);
            var driver = new DriverQueue(_memory.Guest, Ring, Size, eventIdx: false);
            var queue = Open(usesIndirect: true);
            var outstanding = new List<(ushort Head, uint Length)>();
            foreach (var (readable, writable, isIndirect, answer) in script)
            {
                var count = readable + writable;
                if (count == 0 || driver.FreeDescriptors < count || outstanding.Count >= Size - 1) continue;
                var buffers = Enumerable.Range(0, count).Select(i => new DriverBuffer(0x8000 + (ulong)i * 64, (uint)(i + 1), i >= readable)).ToArray();
                var head = isIndirect ? driver.AddIndirect(Table, buffers) : driver.Add(buffers);
                driver.Publish();
                var chain = new DescriptorChain();
                if (queue.TryPop(chain) != PopResult.Popped || chain.Head != head) return false;
                if (chain.Readable.Length != readable || chain.Writable.Length != writable) return false;
                if (chain.ReadableLength + chain.WritableLength != buffers.Sum(b => b.Length)) return false;
                outstanding.Add((head, chain.WritableLength));
                // Answers come from any place of those outstanding.
                for (var i = 0; i < answer && outstanding.Count > 0; i++)
                {
                    var (answered, length) = outstanding[i % outstanding.Count];
                    outstanding.Remove((answered, length));
                    queue.AddUsed(answered, queue.Generation, length);
                    queue.Publish();
                    if (!driver.TryTakeUsed(out var used) || used != new UsedElement(answered, length)) return false;
                }
            }
            return queue.InFlight == outstanding.Count && queue.Misuse == QueueMisuse.None;
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Interrupts_and_doorbells_follow_the_event_indexes()
    {
        // Each round: so many chains are used, and the driver first moves its event that far from what it has seen.
        var rounds = Gen.ListOf(Gen.Choose(1, 5).Two().Select(p => (Count: p.Item1, Ahead: p.Item2 - 1))).ToArbitrary();

        Prop.ForAll(rounds, script =>
        {
            _memory.Guest.TryClear(Ring, 0x1000);
            var driver = new DriverQueue(_memory.Guest, Ring, Size, eventIdx: true);
            var queue = Open(usesIndirect: false, usesEventIdx: true);
            var chain = new DescriptorChain();
            foreach (var (count, ahead) in script)
            {
                // Model: the device rearmed at the chain it waits for, so the first new chain wants a doorbell, and later ones do not.
                queue.RearmDoorbells();
                for (var i = 0; i < count; i++)
                {
                    driver.Add(new DriverBuffer(0x8000, 8, true));
                    if (driver.Publish() != (i == 0)) return false;
                }
                driver.SetUsedEvent((ushort)(driver.LastUsed + ahead));
                while (queue.TryPop(chain) == PopResult.Popped) queue.AddUsed(chain.Head, chain.Generation, 0);
                queue.Publish();
                // Model: an interrupt exactly when the entry with the event's number is among the new ones.
                if (queue.TakeInterrupt() != ahead < count) return false;
                if (queue.TakeInterrupt()) return false;
                while (driver.TryTakeUsed(out _)) { }
            }
            return true;
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Event_is_due_exactly_when_the_index_passes_it()
    {
        var indexes = (from before in Gen.Choose(0, 0xffff) from moved in Gen.Choose(0, 0x8000) from distance in Gen.Choose(0, 0xffff) select (before, moved, distance)).ToArbitrary();

        Prop.ForAll(indexes, t =>
        {
            var now = (ushort)(t.before + t.moved);
            var eventIdx = (ushort)(t.before + t.distance);
            return VirtQueueRules.IsEventDue(eventIdx, now, (ushort)t.before) == (t.distance < t.moved);
        }).QuickCheckThrowOnFailure();
    }

    public void Dispose() => _memory.Dispose();

    bool Survives(Descriptor[] direct, Descriptor[] indirect, int[] heads, int idx, bool usesIndirect)
    {
        _memory.Guest.TryClear(0, 0x1_0000);
        var driver = new DriverQueue(_memory.Guest, Ring, Size, eventIdx: false);
        for (var i = 0; i < direct.Length; i++) driver.WriteDescriptor((ushort)i, direct[i]);
        for (var i = 0; i < indirect.Length; i++) _memory.Guest.TryWrite(Table + 16 * (ulong)i, indirect[i]);
        foreach (var head in heads) driver.OfferRaw((ushort)head);
        driver.PublishRaw((ushort)idx);
        var queue = Open(usesIndirect);
        var chain = new DescriptorChain();
        var popped = 0;
        while (queue.TryPop(chain) == PopResult.Popped)
        {
            popped++;
            if (popped > idx || !IsBounded(chain)) return false;
            Touch(chain);
            queue.AddUsed(chain.Head, chain.Generation, chain.WritableLength);
            queue.Publish();
        }
        return queue.InFlight == 0 && (queue.Misuse != QueueMisuse.None || popped == idx);
    }

    /// <summary>Uses the chain: copies answer false where memory is missing, and never throw.</summary>
    void Touch(DescriptorChain chain)
    {
        Span<byte> bytes = stackalloc byte[32];
        chain.TryCopyFrom(_memory.Guest, 0, bytes[..(int)Math.Min(32, chain.ReadableLength)]);
        chain.TryFindLastWritable(out _);
    }

    static bool IsBounded(DescriptorChain chain)
    {
        if (chain.Readable.Length + chain.Writable.Length > Size + DescriptorWalk.MaxIndirectChain) return false;
        ulong sum = 0;
        foreach (var segment in chain.Readable) sum += segment.Length;
        foreach (var segment in chain.Writable) sum += segment.Length;
        return sum == (ulong)chain.ReadableLength + chain.WritableLength;
    }

    VirtQueue Open(bool usesIndirect, bool usesEventIdx = false)
    {
        var queue = new VirtQueue(0, Size);
        queue.Connect(_memory.Guest);
        queue.SetAreas(VirtQueueRules.LegacyAreas((uint)(Ring >> 12), Size));
        queue.Enable(usesEventIdx, usesIndirect);
        queue.Start();
        return queue;
    }
}
