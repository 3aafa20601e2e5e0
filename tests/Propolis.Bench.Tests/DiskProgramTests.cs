using System.Diagnostics;
using System.Text;
using Propolis.Bench.Engine;

namespace Propolis.Bench.Tests;

public sealed class DiskProgramTests : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("bench-disk-").FullName;

    [Theory]
    [InlineData(false, false, 1 << 20)]
    [InlineData(false, true, 4096)]
    [InlineData(true, false, 65536)]
    [InlineData(true, true, 4096)]
    public void The_program_counts_what_it_did_to_a_disk(bool isWrite, bool isRandom, int bytes)
    {
        var disk = Path.Combine(_folder, "disk");
        File.WriteAllBytes(disk, Enumerable.Repeat((byte)1, 4 << 20).ToArray());
        var words = Run(new DiskProgram("some-name", isWrite, isRandom, bytes, 4 << 20, 1), disk);
        Assert.Equal("some-name", words[0]);
        Assert.True(long.Parse(words[1]) > 0);
        Assert.InRange(long.Parse(words[2]), 1_000_000_000, 30_000_000_000);
        // What it writes is its own empty buffer.
        Assert.Equal(isWrite, File.ReadAllBytes(disk).Contains((byte)0));
    }

    [Fact]
    public void A_missing_disk_gives_no_requests() =>
        Assert.Equal(["x", "0", "0"], Run(new DiskProgram("x", false, true, 4096, 1 << 20, 1), Path.Combine(_folder, "nothing")));

    [Fact]
    public void The_archive_is_one_that_cpio_reads()
    {
        var archive = Encoding.Latin1.GetString(new GuestWork(1 << 20, 1).Pack());
        Assert.StartsWith("070701", archive);
        Assert.Contains("bench\0", archive);
        Assert.Contains("TRAILER!!!", archive);
        Assert.Contains("#!/bin/busybox sh\nexport", archive);
        Assert.Equal(0, archive.Length % 4);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    string[] Run(DiskProgram program, string disk)
    {
        var file = Path.Combine(_folder, "program");
        File.WriteAllBytes(file, program.Assemble());
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        using var process = Process.Start(new ProcessStartInfo(file, [disk]) { RedirectStandardOutput = true })!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return output.TrimEnd('\n').Split(' ');
    }
}
