using System.Globalization;
using Propolis.Bench.Reports;

namespace Propolis.Bench.Engine;

/// <summary>Our engine beside QEMU: the same kernel, ramdisk, disk file and KVM, one after the other in one run.</summary>
sealed class EngineBench(EngineBenchOptions options, Action<string> say)
{
    const long DiskBytes = 256 << 20;

    /// <summary>Measures exits, boot and disks.</summary>
    public async Task<IReadOnlyList<BenchTable>> RunAsync()
    {
        var exits = new BenchTable("Exits a second of a guest that only writes to a port", "loop", "exits/s", "ratio");
        say("exits ...");
        var (engine, bare) = (ExitRates.OfEngine(), ExitRates.OfBareLoop());
        exits.Add("nothing but KVM_RUN", bare, 1.0);
        exits.Add("our vCPU, dispatcher and bus", engine, engine / bare);
        if (options.SkipGuests)
            return [exits];
        Directory.CreateDirectory(options.Folder);
        Prepare();
        return [exits, .. await CompareAsync()];
    }

    void Prepare()
    {
        var archive = new GuestWork(DiskBytes, options.Seconds).Pack();
        using (var ramdisk = File.Create(InFolder("initrd.img")))
        {
            ramdisk.Write(File.ReadAllBytes(Path.Combine(options.Images, "initrd.img")));
            while (ramdisk.Length % 4 != 0)
                ramdisk.WriteByte(0);
            ramdisk.Write(archive);
        }

        using var disk = File.Create(InFolder("disk.img"));
        var chunk = new byte[1 << 20];
        new Random(1).NextBytes(chunk);
        for (var at = 0L; at < DiskBytes; at += chunk.Length)
            disk.Write(chunk);
    }

    async Task<IReadOnlyList<BenchTable>> CompareAsync()
    {
        var boot = new BenchTable("From the engine's start to the guest's init (seconds; direct kernel boot)", "disk", "ours", "QEMU", "ratio");
        var disks = new BenchTable("Disks in the guest (4 KiB: IOPS; 1 MiB: MiB/s)", "measurement", "ours", "QEMU", "ratio");
        foreach (var device in new[] { "virtio", "nvme" })
        {
            say($"{device} under our engine ...");
            var ours = await GuestRun.MeasureAsync(options.Standalone, ["--console", WriteConfig(device)], options.Folder);
            say($"{device} under QEMU ...");
            var theirs = await GuestRun.MeasureAsync(options.Qemu, QemuArguments(device), options.Folder);
            boot.Add(device, ours.BootSeconds, theirs.BootSeconds, theirs.BootSeconds / ours.BootSeconds);
            foreach (var step in GuestWork.Steps)
            {
                var unit = GuestWork.BytesOf(step.Program) == 4096 ? 1.0 : GuestWork.BytesOf(step.Program) / (double)(1 << 20);
                disks.Add($"{device} {step.Program}, {step.Depth} at a time", ours.Rates[step] * unit, theirs.Rates[step] * unit, ours.Rates[step] / theirs.Rates[step]);
            }
        }

        return [boot, disks];
    }

    string WriteConfig(string device)
    {
        var file = InFolder($"{device}.toml");
        File.WriteAllText(file, $"""
            [main]
            name = "bench-{device}"
            cpus = 1
            memory = 512
            kernel = "{Path.Combine(options.Images, "vmlinuz")}"
            initrd = "{InFolder("initrd.img")}"
            cmdline = "console=ttyS0 quiet {GuestWork.Init}"

            [block_dev.data]
            type = "file"
            path = "{InFolder("disk.img")}"

            [dev.disk0]
            driver = "pci-{(device == "nvme" ? "nvme" : "virtio-block")}"
            block_dev = "data"
            pci-path = "0.4.0"

            """);
        return file;
    }

    IEnumerable<string> QemuArguments(string device) =>
    [
        "-machine", "pc", "-accel", "kvm", "-cpu", "host", "-m", "512", "-smp", "1", "-nodefaults", "-display", "none", "-no-reboot", "-serial", "stdio",
        "-kernel", Path.Combine(options.Images, "vmlinuz"), "-initrd", InFolder("initrd.img"), "-append", $"console=ttyS0 quiet {GuestWork.Init}",
        "-drive", string.Create(CultureInfo.InvariantCulture, $"file={InFolder("disk.img")},format=raw,if=none,id=data,cache=writeback"),
        "-object", "iothread,id=io",
        "-device", device == "nvme" ? "nvme,drive=data,serial=bench" : "virtio-blk-pci,drive=data,iothread=io",
    ];

    string InFolder(string name) => Path.Combine(options.Folder, name);
}
