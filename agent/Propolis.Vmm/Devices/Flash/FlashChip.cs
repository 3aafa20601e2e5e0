using Propolis.Vmm.State;

namespace Propolis.Vmm.Devices.Flash;

/// <summary>
/// The command logic of a NOR flash chip with the Intel command set (Intel 28F128J3 data sheet), one byte wide, in blocks of 4 KiB, as OVMF's variable driver
/// expects it. No thread, no host; guarded by its owner's lock. Programming can only clear bits; erasing sets a block's bits.
/// </summary>
public sealed class FlashChip
{
    /// <summary>Bytes that are erased together.</summary>
    public const int BlockLength = 4096;

    /// <summary>Bytes that one buffered program command may take, inside one aligned run of this length.</summary>
    public const int BufferLength = 2048;

    const byte Manufacturer = 0x89;
    const byte Device = 0x18;

    static readonly byte[] Erased = Enumerable.Repeat((byte)0xff, BlockLength).ToArray();

    readonly IFlashCells _cells;
    readonly byte[] _query;
    readonly byte[] _buffer = new byte[BufferLength];
    FlashStatus _status = FlashStatus.Ready;
    int _bufferStart;
    int _bufferWrites;
    bool _bufferPlaced;
    bool _unsynced;

    /// <summary>A chip of <paramref name="length"/> bytes, a multiple of <see cref="BlockLength"/>.</summary>
    public FlashChip(int length, IFlashCells cells)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, BlockLength);
        ArgumentOutOfRangeException.ThrowIfNotEqual(length % BlockLength, 0);
        Length = length;
        _cells = cells;
        _query = FlashQueryTable.Make(length, BlockLength, BufferLength);
    }

    /// <summary>Bytes.</summary>
    public int Length { get; }

    /// <summary>What the chip is doing.</summary>
    public FlashMode Mode { get; private set; }

    /// <summary>The status register.</summary>
    public FlashStatus Status => _status;

    /// <summary>Answers a read.</summary>
    public void Read(int offset, Span<byte> data)
    {
        switch (Mode)
        {
            case FlashMode.ReadArray: _cells.Read(offset, data); break;
            case FlashMode.ReadIdentifier: Identify(offset, data); break;
            case FlashMode.Query:
                for (var i = 0; i < data.Length; i++) data[i] = ((offset + i) & 0xff) is var at && at < _query.Length ? _query[at] : (byte)0;
                break;
            default: data.Fill((byte)_status); break;
        }
    }

    /// <summary>Takes a write: a command, or what the command before it asked for.</summary>
    public void Write(int offset, ReadOnlySpan<byte> data)
    {
        switch (Mode)
        {
            case FlashMode.Program: Program(offset, data); break;
            case FlashMode.EraseConfirm: ConfirmErase(offset, data[0]); break;
            case FlashMode.BufferCount: StartBuffer(data[0]); break;
            case FlashMode.BufferData: FillBuffer(offset, data); break;
            case FlashMode.BufferConfirm: ConfirmBuffer(data[0]); break;
            case FlashMode.Lock: Mode = FlashMode.ReadStatus; break;
            default: Start(data[0]); break;
        }
    }

    /// <summary>The state of power-on; cells stay.</summary>
    public void Reset()
    {
        _status = FlashStatus.Ready;
        EnterReadArray();
    }

    /// <summary>Writes the command state; cells are the owner's.</summary>
    public void Export(StateWriter writer)
    {
        writer.Write((byte)Mode);
        writer.Write((byte)_status);
        writer.Write(_bufferStart);
        writer.Write(_bufferWrites);
        writer.Write(_bufferPlaced);
        writer.Write((ReadOnlySpan<byte>)_buffer);
    }

    /// <summary>Replaces the command state.</summary>
    public void Import(StateReader reader)
    {
        var mode = (FlashMode)reader.ReadByte();
        if (!Enum.IsDefined(mode)) throw new StateFormatException($"{reader.Owner}: {(byte)mode} is no mode of a flash chip.");
        _status = (FlashStatus)reader.ReadByte();
        _bufferStart = reader.ReadInt32();
        _bufferWrites = reader.ReadInt32();
        _bufferPlaced = reader.ReadBoolean();
        reader.ReadBytes(_buffer);
        if (_bufferStart < 0 || _bufferStart > Length - BufferLength || _bufferStart % BufferLength != 0 || _bufferWrites is < 0 or > 256)
            throw new StateFormatException($"{reader.Owner}: a write buffer at {_bufferStart} with {_bufferWrites} writes to come.");
        Mode = mode;
    }

    void Start(byte command)
    {
        switch (command)
        {
            case FlashCommand.Program or FlashCommand.ProgramAlternative: Mode = FlashMode.Program; break;
            case FlashCommand.BlockErase: Mode = FlashMode.EraseConfirm; break;
            case FlashCommand.BufferedProgram:
                _status |= FlashStatus.Ready;
                Mode = FlashMode.BufferCount;
                break;
            case FlashCommand.ReadStatus: Mode = FlashMode.ReadStatus; break;
            case FlashCommand.ReadIdentifier: Mode = FlashMode.ReadIdentifier; break;
            case FlashCommand.Query: Mode = FlashMode.Query; break;
            case FlashCommand.Lock: Mode = FlashMode.Lock; break;
            case FlashCommand.ClearStatus:
                _status = FlashStatus.None;
                EnterReadArray();
                break;
            default: EnterReadArray(); break; // 0xFF, and what the chip does not know
        }
    }

    void Program(int offset, ReadOnlySpan<byte> data)
    {
        Finish(TryProgram(offset, data) ? FlashStatus.None : FlashStatus.ProgramError);
    }

    void ConfirmErase(int offset, byte command)
    {
        if (command != FlashCommand.Confirm)
        {
            Finish(FlashStatus.EraseError | FlashStatus.ProgramError);
            return;
        }
        var done = _cells.TryWrite(offset / BlockLength * BlockLength, Erased);
        _unsynced |= done;
        Finish(done ? FlashStatus.None : FlashStatus.EraseError);
    }

    void StartBuffer(byte count)
    {
        _bufferWrites = count + 1;
        _bufferPlaced = false;
        _buffer.AsSpan().Fill(0xff);
        Mode = FlashMode.BufferData;
    }

    void FillBuffer(int offset, ReadOnlySpan<byte> data)
    {
        if (!_bufferPlaced)
        {
            _bufferStart = offset / BufferLength * BufferLength;
            _bufferPlaced = true;
        }
        var at = offset - _bufferStart;
        if (at < 0 || at + data.Length > BufferLength)
        {
            Finish(FlashStatus.EraseError | FlashStatus.ProgramError);
            return;
        }
        data.CopyTo(_buffer.AsSpan(at));
        if (--_bufferWrites == 0) Mode = FlashMode.BufferConfirm;
    }

    /// <summary>Programs the buffer; cells that were not named keep their bits, as the buffer holds ones there.</summary>
    void ConfirmBuffer(byte command)
    {
        if (command == FlashCommand.Confirm) Finish(TryProgram(_bufferStart, _buffer) ? FlashStatus.None : FlashStatus.ProgramError);
        else Finish(FlashStatus.EraseError | FlashStatus.ProgramError);
    }

    bool TryProgram(int offset, ReadOnlySpan<byte> data)
    {
        Span<byte> cells = stackalloc byte[BufferLength];
        cells = cells[..data.Length];
        _cells.Read(offset, cells);
        for (var i = 0; i < data.Length; i++) cells[i] &= data[i];
        if (!_cells.TryWrite(offset, cells)) return false;
        _unsynced = true;
        return true;
    }

    void Finish(FlashStatus errors)
    {
        _status |= FlashStatus.Ready | errors;
        Mode = FlashMode.ReadStatus;
    }

    /// <summary>The end of a sequence of operations: the guest goes on as if they were done, so they are made to last.</summary>
    void EnterReadArray()
    {
        Mode = FlashMode.ReadArray;
        if (!_unsynced) return;
        _unsynced = false;
        _cells.Sync();
    }

    static void Identify(int offset, Span<byte> data)
    {
        for (var i = 0; i < data.Length; i++)
        {
            data[i] = ((offset + i) & 0xff) switch { 0 => Manufacturer, 1 => Device, _ => 0 };
        }
    }
}
