using Propolis.Vmm.Devices.Flash;
using Propolis.Vmm.Firmware;
using Propolis.Vmm.State;

namespace Propolis.Vmm.Tests.Devices.Flash;

public sealed class FlashDeviceTests : IDisposable
{
    const ulong Base = 0xffe0_0000;
    const int Length = 0x4000;

    readonly string _folder = Directory.CreateTempSubdirectory("flash-").FullName;
    readonly FlashBoard _board = new();

    string StorePath => Path.Combine(_folder, "vars.fd");

    public void Dispose()
    {
        _board.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void Missing_file_is_made_from_the_template()
    {
        using var file = FlashFile.Open(StorePath, Template());

        Assert.Equal(Template(), file.Contents.ToArray());
        Assert.Equal([StorePath], Directory.GetFiles(_folder));
    }

    [Fact]
    public void Existing_file_is_kept()
    {
        File.WriteAllBytes(StorePath, new byte[Length]);

        using var file = FlashFile.Open(StorePath, Template());

        Assert.Equal(new byte[Length], file.Contents.ToArray());
    }

    [Fact]
    public void Rest_of_an_interrupted_creation_does_no_harm()
    {
        File.WriteAllBytes(StorePath + ".new", [1, 2, 3]);

        using var file = FlashFile.Open(StorePath, Template());

        Assert.Equal(Template(), file.Contents.ToArray());
        Assert.Equal([StorePath], Directory.GetFiles(_folder));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4095)]
    [InlineData((16 << 20) + 4096)]
    public void File_of_a_wrong_size_is_refused(int length)
    {
        File.WriteAllBytes(StorePath, new byte[length]);

        Assert.Contains($"has {length} bytes; a copy of OVMF_VARS.fd is needed", Assert.Throws<FirmwareException>(() => FlashFile.Open(StorePath, [])).Message);
        Assert.Equal(length, new FileInfo(StorePath).Length);
    }

    [Fact]
    public void Missing_file_without_template_is_said() =>
        Assert.Contains("does not exist; copy the firmware's OVMF_VARS.fd there", Assert.Throws<FirmwareException>(() => FlashFile.Open(StorePath, [])).Message);

    [Fact]
    public void Second_machine_cannot_take_the_file()
    {
        using var file = FlashFile.Open(StorePath, Template());

        Assert.Contains(StorePath, Assert.Throws<FirmwareException>(() => FlashFile.Open(StorePath, Template())).Message);
    }

    [Fact]
    public void Guest_reads_memory_until_a_command_hides_it()
    {
        var device = Device();

        Assert.Equal(Template()[3], _board.Load(Base + 3));
        _board.Store(Base, 0x70);
        Assert.Equal(0x80, _board.Load(Base + 3));
        _board.Store(Base, 0xff);

        Assert.Equal(Template()[3], _board.Load(Base + 3));
        Assert.Equal(2, _board.MapChanges);
        device.Halt();
    }

    [Fact]
    public void Programmed_bytes_are_in_memory_and_in_the_file_at_once()
    {
        var device = Device();
        _board.Store(Base + 0x1000, 0x20);
        _board.Store(Base + 0x1000, 0xd0);
        for (var i = 0; i < 64; i++)
        {
            _board.Store(Base + 0x1000 + (ulong)i, 0x10);
            _board.Store(Base + 0x1000 + (ulong)i, (byte)i);
            if (i % 16 == 5) Assert.Equal(MemoryContents(), FileContents()); // a process killed here loses nothing
        }
        _board.Store(Base + 0x103f, 0xff);

        Assert.Equal(63, _board.Load(Base + 0x103f));
        device.Halt();
        Assert.Equal(MemoryContents(), File.ReadAllBytes(StorePath));
    }

    [Fact]
    public void Variables_last_into_the_next_machine()
    {
        var device = Device();
        Program(0x2000, 0x42);
        device.Halt();

        using var again = FlashFile.Open(StorePath, []);

        Assert.Equal(0x42 & Template()[0x2000], again.Contents.Span[0x2000]);
    }

    [Fact]
    public void Reset_in_the_middle_of_a_command_shows_the_cells()
    {
        var device = Device();
        _board.Store(Base, 0x10);

        device.Reset();

        Assert.Equal(Template()[0], _board.Load(Base));
        _board.Store(Base, 0xff);
        Assert.Equal(Template()[0], _board.Load(Base));
        device.Halt();
    }

    [Fact]
    public void Snapshot_brings_cells_and_file_along()
    {
        var device = Device();
        Program(7, 0x00);
        _board.Store(Base, 0x70);
        var writer = new StateWriter();
        device.Export(writer);
        device.Halt();
        File.Delete(StorePath);
        using var board = new FlashBoard();
        var other = new FlashDevice(board, Base, FlashFile.Open(StorePath, Template()));
        other.Attach(board.MemoryMapped);

        other.Import(new StateReader(writer.Written.ToArray(), "uefi-variables"));

        Assert.Equal(0x80, board.Load(Base));
        board.Store(Base, 0xff);
        Assert.Equal(0, board.Load(Base + 7));
        other.Halt();
        Assert.Equal(0, File.ReadAllBytes(StorePath)[7]);
    }

    [Fact]
    public void Snapshot_of_another_size_is_refused()
    {
        var device = Device();
        var writer = new StateWriter();
        writer.Write((ReadOnlySpan<byte>)new byte[4096]);

        Assert.Contains("a chip of 4096 bytes", Assert.Throws<StateFormatException>(() => device.Import(new StateReader(writer.Written.ToArray(), "uefi-variables"))).Message);
        device.Halt();
    }

    [Fact]
    public void Full_disk_reaches_the_guest_as_a_status()
    {
        // A device that refuses every write as a full disk does.
        const string full = "/dev/full";
        var device = new FlashDevice(_board, Base, new FlashFile(File.OpenHandle(full, FileMode.Open, FileAccess.ReadWrite), full, Template()));
        device.Attach(_board.MemoryMapped);

        Program(0, 0x00, readArray: false);

        Assert.Equal(0x90, _board.Load(Base));
        _board.Store(Base, 0xff);
        Assert.Equal(Template()[0], _board.Load(Base));
        Assert.Equal(1, device.Failures);
        device.Halt();
    }

    FlashDevice Device()
    {
        var device = new FlashDevice(_board, Base, FlashFile.Open(StorePath, Template()));
        device.Attach(_board.MemoryMapped);
        return device;
    }

    void Program(ulong offset, byte value, bool readArray = true)
    {
        _board.Store(Base + offset, 0x40);
        _board.Store(Base + offset, value);
        if (readArray) _board.Store(Base + offset, 0xff);
    }

    byte[] MemoryContents()
    {
        var bytes = new byte[Length];
        Assert.True(_board.Memory.TryRead(Base, bytes));
        return bytes;
    }

    /// <summary>Reads around the lock, as a look at the disk after a crash would.</summary>
    byte[] FileContents()
    {
        using var copy = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("cat", StorePath) { RedirectStandardOutput = true })!;
        using var bytes = new MemoryStream();
        copy.StandardOutput.BaseStream.CopyTo(bytes);
        return bytes.ToArray();
    }

    static byte[] Template() => [.. Enumerable.Range(0, Length).Select(i => (byte)(0xff - (i & 0x0f)))];
}
