using Propolis.Vmm.Block;
using Propolis.Vmm.Block.File;
using Propolis.Vmm.Hypervisor.Kvm;
using Propolis.Vmm.Machine;
using Propolis.Vmm.Migration;
using Propolis.Vmm.Pci;
using Propolis.Vmm.Serial;
using Propolis.Vmm.State;

namespace Propolis.Bench.Migration;

/// <summary>The Linux guest of the images on one machine of this process.</summary>
sealed class BenchGuest
{
    static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    readonly MachineInputQueue _queue = new();
    readonly MachineDriver _driver;
    readonly SerialConsole _console;
    long _position;

    /// <summary>Builds the machine and starts it; with <paramref name="arrival"/> it waits for its guest.</summary>
    public BenchGuest(MigrationBenchOptions options, MigrationTarget? arrival, StateRegistry extras)
    {
        var spec = new MachineSpec
        {
            Name = "bench",
            Id = new Guid("5f3a4c5e-0000-4000-8000-000000000001"),
            VcpuCount = options.Vcpus,
            MemoryBytes = options.MemoryMiB << 20,
            Boot = new BootSpec.Linux(File.ReadAllBytes(options.Kernel), File.ReadAllBytes(options.Initrd), "console=ttyS0 quiet"),
            Devices = options.Disk is { } disk ? [new DeviceSpec.VirtioBlock("disk", new PciPath(0, 4, 0), OpenLater(disk, arrival))] : [],
        };
        Body = MachineBuilder.Build(spec, new MachineHost { Hypervisor = new KvmHypervisor(), Control = _queue });
        if (arrival is not null) Body.ArriveFrom(arrival);
        _console = new SerialConsole(Body.Hardware.SerialPorts[0], 1 << 20);
        extras.Add("com1", new SerialHistory(_console.Output));
        _driver = new MachineDriver(Body, _queue, new MachineDriverOptions(), TimeProvider.System);
        Ended = Task.Run(_driver.RunAsync);
        _queue.Submit(new MachineRequest(MachineRequestKind.Run));
    }

    /// <summary>The machine.</summary>
    public MachineBody Body { get; }

    /// <summary>Ends with the machine.</summary>
    public Task<MachineOutcome> Ended { get; }

    /// <summary>Where reading of the serial port goes on.</summary>
    public long Position
    {
        get => _position;
        set => _position = value;
    }

    /// <summary>Lets the machine go.</summary>
    public void Depart(MigrationSource migration) => _queue.Submit(new MachineRequest(MachineRequestKind.MigrateAsSource) { Departure = migration });

    /// <summary>Switches it off.</summary>
    public async Task StopAsync()
    {
        _queue.Submit(new MachineRequest(MachineRequestKind.Stop));
        await Ended.WaitAsync(Limit);
    }

    /// <summary>Types on the serial port.</summary>
    public Task TypeAsync(byte[] bytes, CancellationToken stop) => _console.SendAsync(bytes, stop).AsTask();

    /// <summary>Reads on from <see cref="Position"/>; waits for one byte at least.</summary>
    public async Task<int> ReadAsync(byte[] buffer, CancellationToken stop)
    {
        await _console.Output.WaitBeyondAsync(_position, stop).WaitAsync(stop);
        return _console.Output.Read(ref _position, buffer);
    }

    static DetachableBackend OpenLater(string path, MigrationTarget? arrival)
    {
        Task<IBlockBackend> OpenAsync(CancellationToken cancellation) => Task.FromResult<IBlockBackend>(FileBackend.Open(new FileBackendOptions { Path = path, ReadOnly = true }));
        if (arrival is not null) return new DetachableBackend("disk", arrival.Offer.Disk("disk")!.Geometry, OpenAsync);
        return new DetachableBackend("disk", FileBackend.Open(new FileBackendOptions { Path = path, ReadOnly = true }), OpenAsync);
    }
}
