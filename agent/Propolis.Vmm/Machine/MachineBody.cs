using Propolis.Vmm.Snapshots;
using Propolis.Vmm.State;

namespace Propolis.Vmm.Machine;

/// <summary>
/// A built machine: its vCPUs, parts and disks, moved as one. Pausing stops the vCPUs first, so that no guest access meets a paused device; resuming goes the other way
/// round. Driven by <see cref="MachineDriver"/>.
/// </summary>
public sealed class MachineBody : IMachineBody
{
    static readonly TimeSpan ParkLimit = TimeSpan.FromSeconds(10);
    static readonly TimeSpan DrainLimit = TimeSpan.FromSeconds(60);

    readonly MachineHardware _hardware;
    readonly TimeProvider _clock;
    SnapshotReader? _snapshot;
    bool _devicesStarted;
    bool _paused = true;
    bool _halted;

    /// <summary>Takes over everything in <paramref name="hardware"/>.</summary>
    internal MachineBody(MachineHardware hardware, TimeProvider clock)
    {
        _hardware = hardware;
        _clock = clock;
    }

    /// <summary>What the machine is made of.</summary>
    public MachineHardware Hardware => _hardware;

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellation)
    {
        foreach (var disk in _hardware.Disks) await disk.StartAsync(cancellation);
        if (_snapshot is null) _hardware.Boot.Load();
        _hardware.Parts.Start();
        _devicesStarted = true;
        if (_snapshot is not null) await RestoreAsync(_snapshot);
        _paused = false;
        foreach (var vcpu in _hardware.Vcpus) vcpu.Resume();
    }

    /// <summary>
    /// Makes the start go on from a snapshot instead of booting. Whether it fits is decided here, before anything starts: throws <see cref="StateFormatException"/>. The reader stays
    /// the caller's and must live until the start is over.
    /// </summary>
    public void RestoreFrom(SnapshotReader snapshot)
    {
        if (_hardware.Parts.States.Misfit(snapshot.Payloads) is { } why) throw new StateFormatException($"The snapshot of '{snapshot.Header.Name}' does not fit: {why}.");
        _snapshot = snapshot;
        // What is typed from now on is for the guest in the snapshot, not for the chips that are about to become its.
        foreach (var port in _hardware.SerialPorts) port.PauseAsync();
    }

    /// <inheritdoc/>
    public async Task PauseAsync()
    {
        if (_paused) return;
        foreach (var vcpu in _hardware.Vcpus) vcpu.RequestPause();
        foreach (var vcpu in _hardware.Vcpus)
        {
            if (!vcpu.WaitUntilParked(ParkLimit)) throw new MachineException($"A vCPU did not leave the guest within {ParkLimit.TotalSeconds:0} s.");
        }
        await _hardware.Parts.PauseAsync(DrainLimit, _clock);
        _hardware.Vm.PauseTime();
        _paused = true;
    }

    /// <inheritdoc/>
    public void Resume()
    {
        _paused = false;
        _hardware.Vm.ResumeTime();
        _hardware.Parts.Resume();
        foreach (var vcpu in _hardware.Vcpus) vcpu.Resume();
    }

    /// <inheritdoc/>
    public void Reset()
    {
        _hardware.Parts.Reset();
        _hardware.Vm.Reset();
        _hardware.Inputs.Refresh();
        _hardware.Boot.Load();
    }

    /// <summary>State of all parts, vCPUs and the platform; the machine is paused.</summary>
    public IReadOnlyList<StatePayload> Export() => _hardware.Parts.States.Export();

    /// <inheritdoc/>
    public Task HaltAsync()
    {
        if (_halted) return Task.CompletedTask;
        _halted = true;
        foreach (var vcpu in _hardware.Vcpus)
        {
            if (!vcpu.Stop(ParkLimit)) throw new MachineException($"A vCPU thread did not end within {ParkLimit.TotalSeconds:0} s.");
        }
        if (_devicesStarted) _hardware.Parts.Halt();
        _hardware.Dispose();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public void PressPowerButton() => _hardware.PowerManagement.PressPowerButton();

    async Task RestoreAsync(SnapshotReader snapshot)
    {
        await _hardware.Parts.PauseAsync(DrainLimit, _clock);
        _hardware.Vm.PauseTime();
        snapshot.ReadMemory(_hardware.Vm.Memory);
        _hardware.Parts.States.Import(snapshot.Payloads);
        _hardware.Inputs.Refresh();
        _hardware.Vm.ResumeTime();
        _hardware.Parts.Resume();
    }
}
