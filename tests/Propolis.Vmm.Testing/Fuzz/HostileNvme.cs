using FsCheck;
using FsCheck.Fluent;
using Propolis.Vmm.Block.Memory;
using Propolis.Vmm.Devices.Nvme;
using Propolis.Vmm.Devices.Nvme.Wire;
using Propolis.Vmm.State;
using Propolis.Vmm.Tests.Devices.Nvme;

namespace Propolis.Vmm.Tests.Fuzz;

/// <summary>Whatever a guest does, the controller neither throws nor loses or doubles an answer.</summary>
static class HostileNvme
{
    /// <summary>Every I/O command gets exactly one answer.</summary>
    public static Property IoCommands() =>
        Prop.ForAll(Commands(isAdmin: false).ListOf().ToArbitrary(), commands =>
        {
            using var driver = NvmeDriver.Ready(new MemoryBackend(new byte[1 << 20]), entries: 16);
            Scribble(driver, commands.Count);
            foreach (var command in commands)
            {
                var id = driver.Send(1, command);
                var answers = driver.Pair(1).Take();
                if (answers.Count != 1 || (ushort)answers[0].Status != id) return false;
            }
            return driver.Status == 1;
        });

    /// <summary>Every admin command gets one answer or is parked.</summary>
    public static Property AdminCommands() =>
        Prop.ForAll(Commands(isAdmin: true).ListOf().ToArbitrary(), commands =>
        {
            using var driver = NvmeDriver.Ready(new MemoryBackend(new byte[1 << 20]), entries: 16);
            Scribble(driver, commands.Count);
            var waiting = new HashSet<ushort>();
            foreach (var command in commands)
            {
                waiting.Add(driver.Send(0, command));
                foreach (var answer in driver.Pair(0).Take())
                {
                    if (!waiting.Remove((ushort)answer.Status)) return false;
                }
            }
            return waiting.Count <= NvmeRules.MaxEventRequests && driver.Status == 1;
        });

    /// <summary>Random register accesses leave a controller that can be reset.</summary>
    public static Property Registers() =>
        Prop.ForAll(Accesses().ListOf().ToArbitrary(), accesses =>
        {
            using var driver = NvmeDriver.Ready(new MemoryBackend(new byte[1 << 20]), entries: 16);
            foreach (var (offset, value, width) in accesses)
            {
                var data = BitConverter.GetBytes(value)[..width];
                driver.Chip.Read((ulong)offset, data.ToArray());
                driver.Chip.Write((ulong)offset, data);
                driver.Pump();
            }
            driver.WriteRegister(RegisterOffset.Configuration, 1);
            driver.WriteRegister(RegisterOffset.Configuration, 0);
            driver.WriteRegister(RegisterOffset.Status, 0x10);
            driver.Enable();
            return driver.Status == 1 && NvmeDriver.StatusOf(driver.Admin(AdminOpcode.Identify, prp1: NvmeDriver.Data, cdw10: 1)).IsSuccess;
        });

    /// <summary>Random shadow doorbells never spin or throw.</summary>
    public static Property ShadowDoorbells() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ListOf().ToArbitrary(), values =>
        {
            using var driver = NvmeDriver.Ready(new MemoryBackend(new byte[1 << 20]), entries: 16);
            driver.Admin(AdminOpcode.DoorbellBufferConfig, prp1: NvmeDriver.Shadows, prp2: NvmeDriver.EventIndexes);
            foreach (var value in values)
            {
                driver.Memory.Guest.TryWrite(NvmeDriver.Shadows + 8 + (ulong)(value & 4), (uint)(value % 3 == 0 ? value : value % 20));
                driver.Attachment.Wake();
                driver.Pump();
            }
            return driver.Status == 1;
        });

    /// <summary>Damaged snapshots are refused or harmless.</summary>
    public static Property DamagedSnapshots() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed =>
        {
            using var driver = NvmeDriver.Ready(new MemoryBackend(new byte[1 << 20]), entries: 16);
            var writer = new StateWriter();
            driver.Chip.Export(writer);
            var state = writer.Written.ToArray();
            var random = new Random(seed);
            for (var i = 0; i < 4; i++) state[random.Next(state.Length)] = (byte)random.Next(256);
            if (random.Next(4) == 0) state = state[..random.Next(state.Length)];
            using var target = new NvmeDriver(new MemoryBackend(new byte[1 << 20]));
            try
            {
                target.Chip.Import(new StateReader(state, "disk0"));
            }
            catch (StateFormatException)
            {
                return true;
            }
            target.Chip.Resume();
            target.Pump();
            return true;
        });

    /// <summary>Data pages full of numbers that may be page lists, ranges or nothing.</summary>
    static void Scribble(NvmeDriver driver, int seed)
    {
        var random = new Random(seed);
        for (ulong at = 0; at < 0x4000; at += 8)
        {
            var address = random.Next(3) == 0 ? (ulong)random.NextInt64() : NvmeDriver.Data + (ulong)random.Next(64) * 4096;
            driver.Memory.Guest.TryWrite(NvmeDriver.Data + at, address);
        }
    }

    static Gen<SubmissionQueueEntry> Commands(bool isAdmin)
    {
        byte[] opcodes = isAdmin ? [.. Enum.GetValues<AdminOpcode>().Select(o => (byte)o)] : [.. Enum.GetValues<NvmOpcode>().Select(o => (byte)o)];
        var opcode = Gen.Frequency((9, Gen.Elements(opcodes)), (1, Gen.Choose(0, 255).Select(o => (byte)o)));
        var address = Gen.Frequency(
            (6, Gen.Choose(0, 63).Select(page => NvmeDriver.Data + (ulong)page * 4096)),
            (2, Gen.Choose(0, 1 << 18).Select(offset => NvmeDriver.Data + (ulong)offset * 4)),
            (1, Gen.Constant(NvmeDriver.MemoryLength - 4096)),
            (1, Gen.Choose(int.MinValue, int.MaxValue).Select(value => (ulong)value * 0x1_0001)));
        var dword = Gen.Frequency((6, Gen.Choose(0, 40).Select(v => (uint)v)), (2, Gen.Choose(0, 1 << 12).Select(v => (uint)v << 16 | 1)), (1, Gen.Choose(int.MinValue, int.MaxValue).Select(v => (uint)v)));
        var nsid = Gen.Frequency((8, Gen.Constant(1u)), (1, Gen.Constant(NvmeRules.AllNamespaces)), (1, Gen.Choose(0, 9).Select(v => (uint)v)));
        var flags = Gen.Frequency((9, Gen.Constant((byte)0)), (1, Gen.Choose(0, 255).Select(v => (byte)v)));
        return from o in opcode
               from f in flags
               from n in nsid
               from a in address
               from b in address
               from c in dword
               from d in dword
               from e in dword
               select new SubmissionQueueEntry { Opcode = o, Flags = f, NamespaceId = n, Prp1 = a, Prp2 = b, Cdw10 = c, Cdw11 = d, Cdw12 = e };
    }

    static Gen<(int Offset, ulong Value, int Width)> Accesses() =>
        from area in Gen.Frequency((3, Gen.Choose(0, 0x40)), (2, Gen.Choose(0x1000, 0x1088)), (1, Gen.Choose(0, 0x3ff8)))
        from width in Gen.Elements(1, 2, 4, 4, 4, 8)
        from isAligned in Gen.Frequency((5, Gen.Constant(true)), (1, Gen.Constant(false)))
        from low in Gen.Choose(int.MinValue, int.MaxValue)
        from isSmall in Gen.Elements(true, false)
        select (isAligned ? area & ~7 | (low & 4) : Math.Min(area, 0x3ff8), isSmall ? (ulong)(low & 0x1f) : (ulong)(uint)low * 0x10001UL, width);
}
