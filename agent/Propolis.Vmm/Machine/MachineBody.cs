using Propolis.Vmm.Block;
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
    static readonly TimeSpan DiskLimit = TimeSpan.FromSeconds(60);

    SnapshotReader? _snapshot;
    IMachineArrival? _arrival;
    bool _devicesStarted;
    bool _disksOpened;
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
    public bool IsArriving => _arrival is not null;

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellation)
    {
        if (_arrival is not null)
        {
            await ArriveAsync(_arrival, cancellation);
            return;
        }
        await OpenDisksAsync(cancellation);
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

    /// <summary>Makes the start wait for a guest that comes from another host.</summary>
    public void ArriveFrom(IMachineArrival arrival)
    {
        _arrival = arrival;
        foreach (var port in _hardware.SerialPorts) port.PauseAsync();
    }

    /// <summary>
    /// Opens the disks, all at a time; repeated, it does nothing. An arrival may call it before it ends, as soon as the other host has let go of them. Throws
    /// <see cref="BlockBackendException"/>: the machine can only be discarded then.
    /// </summary>
    public async Task OpenDisksAsync(CancellationToken cancellation)
    {
        if (_disksOpened) return;
        _disksOpened = true;
        await Task.WhenAll(_hardware.Disks.Select(disk => Task.Run(() => disk.StartAsync(cancellation), CancellationToken.None)));
    }

    /// <summary>Does ahead of <see cref="OpenDisksAsync"/> what takes no disk from the host that still has it; returns at once.</summary>
    public void PrepareDisks()
    {
        foreach (var disk in _hardware.Disks.OfType<IReleasableBackend>()) disk.Prepare();
    }

    /// <summary>Why a disk that <see cref="ReleaseDisksAsync"/> let go now could not be opened again at once, here or elsewhere; null when all could.</summary>
    public string? WhyDisksStay => _hardware.Disks.OfType<IReleasableBackend>().Select(disk => disk.WhyNotRelease).FirstOrDefault(why => why is not null);

    /// <summary>Whether <see cref="ReleaseDisksAsync"/> lets go of any disk.</summary>
    public bool CanReleaseDisks => _hardware.Disks.OfType<IReleasableBackend>().Any();

    /// <summary>
    /// Flushes every disk and lets go of those that can be given up; the machine is paused. Throws <see cref="BlockBackendException"/>, naming the disk;
    /// <see cref="ReclaimDisksAsync"/> then takes back what was let go already.
    /// </summary>
    public async Task ReleaseDisksAsync()
    {
        using var limit = new CancellationTokenSource(DiskLimit, _clock);
        for (var i = 0; i < _hardware.Disks.Count; i++)
        {
            await BlockFlush.RunAsync(_hardware.Disks[i], _hardware.DiskNames[i], limit.Token);
            if (_hardware.Disks[i] is IReleasableBackend disk) await disk.ReleaseAsync(limit.Token);
        }
    }

    /// <summary>Takes back the disks that <see cref="ReleaseDisksAsync"/> let go. Throws <see cref="BlockBackendException"/>: the machine cannot go on then.</summary>
    public async Task ReclaimDisksAsync()
    {
        using var limit = new CancellationTokenSource(DiskLimit, _clock);
        foreach (var disk in _hardware.Disks.OfType<IReleasableBackend>()) await disk.ReclaimAsync(limit.Token);
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

    // The other host has let go of the disks when the arrival ends, not before; from there on nothing turns back, a stop neither.
    async Task ArriveAsync(IMachineArrival arrival, CancellationToken cancellation)
    {
        _hardware.Parts.Start();
        _devicesStarted = true;
        await _hardware.Parts.PauseAsync(DrainLimit, _clock);
        _hardware.Vm.PauseTime();
        await arrival.ReceiveAsync(this, cancellation);
        if (_disksOpened) await ProveDisksAsync();
        else await OpenDisksAsync(CancellationToken.None);
        _hardware.Inputs.Refresh();
        Resume();
        foreach (var card in _hardware.Cards) card.AnnouncePresence();
        arrival.Arrived();
    }

    // While the decision was waited for, cut off perhaps, others may have taken the disks over and started the guest: whoever answers a flush is ours still.
    async Task ProveDisksAsync()
    {
        for (var i = 0; i < _hardware.Disks.Count; i++) await BlockFlush.RunAsync(_hardware.Disks[i], _hardware.DiskNames[i], CancellationToken.None);
    }

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
