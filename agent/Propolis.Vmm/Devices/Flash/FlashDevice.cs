using Propolis.Vmm.Bus;
using Propolis.Vmm.Hypervisor;
using Propolis.Vmm.Machine;
using Propolis.Vmm.Memory;
using Propolis.Vmm.State;

namespace Propolis.Vmm.Devices.Flash;

/// <summary>
/// A flash chip below the boot ROM whose cells lie in a file: UEFI variables that last. While the chip shows its cells, the guest reads them as memory and only its writes
/// arrive here; during commands the memory is hidden, so that reads arrive as well.
/// </summary>
public sealed class FlashDevice : IBusDevice, IFlashCells, ILifecycle, ISnapshot
{
    readonly Lock _gate = new();
    readonly IVirtualMachine _vm;
    readonly MemoryRegion _region;
    readonly FlashFile _file;
    readonly FlashChip _chip;
    long _failures;

    /// <summary>Maps the file's cells at <paramref name="address"/> and owns the file from then on.</summary>
    public FlashDevice(IVirtualMachine vm, ulong address, FlashFile file)
    {
        _vm = vm;
        _file = file;
        _region = vm.MapRom(address, file.Contents.Span);
        _chip = new FlashChip(file.Contents.Length, this);
    }

    /// <inheritdoc/>
    public string Kind => "cfi-flash";

    /// <inheritdoc/>
    public int Version => 1;

    /// <summary>Writes and syncs that the file system refused, since creation.</summary>
    public long Failures => Interlocked.Read(ref _failures);

    /// <summary>Takes the chip's addresses.</summary>
    public void Attach(AddressBus memoryMapped) => memoryMapped.Register(_region.Address, _region.Length, this);

    /// <inheritdoc/>
    public void Read(ulong offset, Span<byte> data)
    {
        lock (_gate) _chip.Read((int)offset, data);
    }

    /// <inheritdoc/>
    public void Write(ulong offset, ReadOnlySpan<byte> data)
    {
        lock (_gate)
        {
            _chip.Write((int)offset, data);
            Show();
        }
    }

    /// <inheritdoc/>
    public Task PauseAsync()
    {
        lock (_gate) Sync();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public void Reset()
    {
        lock (_gate)
        {
            _chip.Reset();
            Show();
        }
    }

    /// <inheritdoc/>
    public void Halt()
    {
        lock (_gate) Sync();
        _file.Dispose();
    }

    /// <inheritdoc/>
    public void Export(StateWriter writer)
    {
        lock (_gate)
        {
            var cells = new byte[_chip.Length];
            ((IFlashCells)this).Read(0, cells);
            writer.Write((ReadOnlySpan<byte>)cells);
            _chip.Export(writer);
        }
    }

    /// <inheritdoc/>
    public void Import(StateReader reader)
    {
        lock (_gate)
        {
            var cells = reader.ReadBytes();
            if (cells.Length != _chip.Length) throw new StateFormatException($"{reader.Owner}: a chip of {cells.Length} bytes; {_file.Path} has {_chip.Length}.");
            if (!((IFlashCells)this).TryWrite(0, cells)) throw new StateFormatException($"{reader.Owner}: {_file.Path} cannot be written.");
            Sync();
            _chip.Import(reader);
            reader.ExpectEnd();
            Show();
        }
    }

    /// <inheritdoc/>
    void IFlashCells.Read(int offset, Span<byte> destination) => _vm.Memory.TryRead(_region.Address + (ulong)offset, destination);

    /// <summary>The file first: what the guest sees is then never more than what a crash leaves.</summary>
    bool IFlashCells.TryWrite(int offset, ReadOnlySpan<byte> source)
    {
        if (!_file.TryWrite(offset, source))
        {
            Interlocked.Increment(ref _failures);
            return false;
        }
        return _vm.Memory.TryProgram(_region.Address + (ulong)offset, source);
    }

    /// <inheritdoc/>
    public void Sync()
    {
        if (!_file.TrySync()) Interlocked.Increment(ref _failures);
    }

    void Show() => _vm.SetVisible(_region, _chip.Mode == FlashMode.ReadArray);
}
