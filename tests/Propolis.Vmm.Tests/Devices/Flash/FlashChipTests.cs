using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Propolis.Vmm.Devices.Flash;
using Propolis.Vmm.State;

namespace Propolis.Vmm.Tests.Devices.Flash;

public sealed class FlashChipTests
{
    const int Length = 0x2_0000;
    const byte Ready = 0x80;

    readonly ArrayCells _cells = new(Length);
    readonly FlashChip _chip;

    public FlashChipTests() => _chip = new FlashChip(Length, _cells);

    [Fact]
    public void Ovmf_recognizes_a_flash_chip()
    {
        _cells.Bytes[0] = 0xaa;

        Write(0, 0x50);
        Assert.Equal(0xaa, Read(0)); // not RAM
        Write(0, 0x70);
        Assert.Equal(0x00, Read(0)); // neither ROM nor RAM
        Write(0, 0xff);

        Assert.Equal(0xaa, Read(0));
    }

    [Theory]
    [InlineData(0x10)]
    [InlineData(0x40)]
    public void Program_clears_bits_only(byte command)
    {
        _cells.Bytes[5] = 0b1010_1010;

        Write(5, command);
        Write(5, 0b1100_1100);
        Assert.Equal(Ready, Read(5));
        Write(5, 0xff);

        Assert.Equal(0b1000_1000, Read(5));
    }

    [Fact]
    public void Bytes_are_programmed_one_after_the_other_without_returning_to_the_array()
    {
        foreach (var (value, at) in "edk2"u8.ToArray().Select((v, i) => (v, 0x100 + i)))
        {
            Write(at, 0x10);
            Write(at, value);
        }
        Write(0x103, 0xff);

        Assert.Equal("edk2", Encoding.ASCII.GetString(_cells.Bytes, 0x100, 4));
        Assert.Single(_cells.Synced);
    }

    [Fact]
    public void Wide_program_writes_all_its_bytes()
    {
        Write(8, 0x40);
        _chip.Write(8, [1, 2, 3, 4]);

        Assert.Equal([1, 2, 3, 4], _cells.Bytes[8..12]);
    }

    [Fact]
    public void Erase_sets_one_block()
    {
        Array.Clear(_cells.Bytes);

        Write(0x1234, 0x20);
        Write(0x1234, 0xd0);
        Assert.Equal(Ready, Read(0x1234));

        Assert.All(Enumerable.Range(0, Length), i => Assert.Equal(i is >= 0x1000 and < 0x2000 ? 0xff : 0, _cells.Bytes[i]));
    }

    [Fact]
    public void Erase_without_confirmation_is_a_sequence_error()
    {
        Array.Clear(_cells.Bytes);

        Write(0, 0x20);
        Write(0, 0xff);

        Assert.Equal(Ready | 0x30, Read(0));
        Assert.Equal(0, _cells.Bytes[0]);
    }

    [Fact]
    public void Buffer_is_programmed_on_confirmation()
    {
        Write(0x800, 0xe8);
        Assert.Equal(Ready, Read(0x800));
        Write(0x800, 3);
        for (var i = 0; i < 4; i++) Write(0x810 + i, (byte)(i + 1));
        Assert.Equal(0xff, _cells.Bytes[0x810]);
        Write(0x800, 0xd0);

        Assert.Equal(Ready, Read(0x800));
        Assert.Equal([0xff, 1, 2, 3, 4, 0xff], _cells.Bytes[0x80f..0x815]);
    }

    [Fact]
    public void Buffer_without_confirmation_changes_nothing()
    {
        Write(0, 0xe8);
        Write(0, 0);
        Write(0, 0x55);
        Write(0, 0xff);

        Assert.Equal(Ready | 0x30, Read(0));
        Assert.Equal(0xff, _cells.Bytes[0]);
    }

    [Fact]
    public void Buffered_data_must_stay_together()
    {
        Write(0x7f0, 0xe8);
        Write(0x7f0, 1);
        Write(0x7f0, 1);
        Write(0x800, 2);

        Assert.Equal(Ready | 0x30, Read(0));
        Assert.Equal(0xff, _cells.Bytes[0x7f0]);
    }

    [Fact]
    public void Identifier_and_query_table_describe_the_chip()
    {
        Write(0, 0x90);
        Assert.Equal((0x89, 0x18), (Read(0), Read(1)));
        Write(0, 0x98);

        Assert.Equal("QRY", Encoding.ASCII.GetString([Read(0x10), Read(0x11), Read(0x12)]));
        Assert.Equal(1, Read(0x13));
        Assert.Equal(17, Read(0x27)); // 128 KiB
        Assert.Equal(11, Read(0x2a)); // 2 KiB buffer
        Assert.Equal((31, 0, 16, 0), (Read(0x2d), Read(0x2e), Read(0x2f), Read(0x30))); // 32 blocks of 4 KiB
        Assert.Equal("PRI", Encoding.ASCII.GetString([Read(0x31), Read(0x32), Read(0x33)]));
    }

    [Fact]
    public void Full_disk_is_an_error_in_the_status_and_changes_nothing()
    {
        _cells.IsFull = true;

        Write(9, 0x40);
        Write(9, 0x12);
        Assert.Equal(Ready | 0x10, Read(9));
        Write(0, 0x50);
        Write(0, 0x20);
        Write(0, 0xd0);
        Assert.Equal(Ready | 0x20, Read(0));
        Write(0, 0xff);

        Assert.Equal(0xff, Read(9));
        Assert.Empty(_cells.Synced);
    }

    [Fact]
    public void Errors_stay_until_they_are_cleared()
    {
        Write(0, 0x20);
        Write(0, 0x00);
        Write(0, 0x40);
        Write(0, 0x00);
        Assert.Equal(Ready | 0x30, Read(0));

        Write(0, 0x50);
        Write(0, 0x70);

        Assert.Equal(0, Read(0));
    }

    [Fact]
    public void Snapshot_in_the_middle_of_a_command_goes_on_in_another_chip()
    {
        Write(0x800, 0xe8);
        Write(0x800, 1);
        Write(0x800, 0x11);
        var writer = new StateWriter();
        _chip.Export(writer);
        var other = new FlashChip(Length, _cells);

        other.Import(new StateReader(writer.Written.ToArray(), "flash"));
        other.Write(0x801, [0x22]);
        other.Write(0x800, [0xd0]);

        Assert.Equal([0x11, 0x22], _cells.Bytes[0x800..0x802]);
    }

    [Fact]
    public void Wrong_snapshots_are_refused_or_work() =>
        Prop.ForAll(Damages().ToArbitrary(), damage =>
        {
            var writer = new StateWriter();
            _chip.Export(writer);
            var payload = writer.Written.ToArray();
            payload[damage.At] = damage.Value;
            var other = new FlashChip(Length, new ArrayCells(Length));
            try
            {
                other.Import(new StateReader(payload, "flash"));
            }
            catch (StateFormatException)
            {
                return;
            }
            for (var i = 0; i < 300; i++) other.Write(i * 64, [0xd0]);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void No_sequence_of_writes_breaks_the_chip_or_sets_bits_without_an_erase() =>
        Prop.ForAll(Gen.ListOf(Writes(), 60).ToArbitrary(), writes =>
        {
            var cells = new ArrayCells(0x4000);
            Array.Fill(cells.Bytes, (byte)0x5a);
            var chip = new FlashChip(0x4000, cells);
            var data = new byte[8];
            foreach (var (offset, value, width) in writes)
            {
                var before = (byte[])cells.Bytes.Clone();
                chip.Write(offset, Enumerable.Repeat(value, width).ToArray());
                chip.Read(offset, data.AsSpan(0, width));
                var changed = Enumerable.Range(0, before.Length).Where(i => before[i] != cells.Bytes[i]).ToArray();
                if (changed.Any(i => (cells.Bytes[i] & ~before[i]) != 0) && !changed.All(i => cells.Bytes[i] == 0xff)) return false;
            }
            return true;
        }).QuickCheckThrowOnFailure();

    static Gen<(int At, byte Value)> Damages() => from at in Gen.Choose(0, 20) from value in Gen.Choose(0, 255) select (at, (byte)value);

    static Gen<(int Offset, byte Value, int Width)> Writes() =>
        from offset in Gen.Choose(0, 0x3ff8)
        from value in Gen.Elements<byte>(0x10, 0x20, 0x40, 0x50, 0x60, 0x70, 0x90, 0x98, 0xd0, 0xe8, 0xff, 0x00, 0x03)
        from width in Gen.Elements(1, 1, 1, 2, 4, 8)
        select (offset, value, width);

    void Write(int offset, byte value) => _chip.Write(offset, [value]);

    byte Read(int offset)
    {
        Span<byte> data = stackalloc byte[1];
        _chip.Read(offset, data);
        return data[0];
    }
}
