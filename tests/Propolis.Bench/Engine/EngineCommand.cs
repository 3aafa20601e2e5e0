using System.CommandLine;
using Propolis.Bench.Reports;

namespace Propolis.Bench.Engine;

/// <summary><c>engine</c>: our engine beside QEMU on this machine's KVM.</summary>
static class EngineCommand
{
    public static Command Build(Action<ParseResult, BenchReport> publish)
    {
        var folder = new Option<string>("--folder") { Description = "Where disk and ramdisk go", DefaultValueFactory = _ => Path.Combine(Path.GetTempPath(), "propolis-bench") };
        var images = new Option<string>("--images") { Description = "The guest's images", DefaultValueFactory = _ => "/images" };
        var standalone = new Option<string>("--standalone") { Description = "Our program", DefaultValueFactory = _ => "/opt/propolis/bin/propolis-standalone" };
        var qemu = new Option<string>("--qemu") { Description = "QEMU", DefaultValueFactory = _ => "/opt/qemu/bin/qemu-system-x86_64" };
        var seconds = new Option<int>("--seconds") { Description = "Seconds of each measurement", DefaultValueFactory = _ => 3 };
        var exits = new Option<bool>("--exits-only") { Description = "Measure exits only" };
        var command = new Command("engine", "Our engine beside QEMU") { folder, images, standalone, qemu, seconds, exits };
        command.SetAction(async (result, _) =>
        {
            var options = new EngineBenchOptions
            {
                Folder = result.GetValue(folder)!,
                Images = result.GetValue(images)!,
                Standalone = result.GetValue(standalone)!,
                Qemu = result.GetValue(qemu)!,
                Seconds = result.GetValue(seconds),
                SkipGuests = result.GetValue(exits),
            };
            var machine = MachineFacts.Read();
            var tables = await new EngineBench(options, result.InvocationConfiguration.Error.WriteLine).RunAsync();
            publish(result, new BenchReport("engine", TimeProvider.System.GetUtcNow(), machine, tables, Notes));
            return 0;
        });
        return command;
    }

    static readonly string[] Notes =
    [
        "One vCPU, 512 MiB, the same kernel, ramdisk and disk file (in the host's page cache) for both; QEMU with -accel kvm -cpu host, virtio-blk on an I/O thread.",
        "Requests come from a tiny static program of ours (O_DIRECT, one request at a time; 8 at a time are 8 of them): the guest image has no compiler and no fio.",
        "Ratios above 1 mean that ours is faster.",
        "In an emulated sled all of this, KVM included, runs under QEMU's TCG: absolute figures say nothing about hardware, and what leaves the guest costs far more than on it.",
    ];
}
