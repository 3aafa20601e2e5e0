using System.Buffers.Binary;
using FsCheck;
using FsCheck.Fluent;
using Propolis.Vmm.Firmware;

namespace Propolis.Vmm.Tests.Firmware;

public sealed class UefiVariablesTests
{
    [Fact]
    public void Store_in_front_of_the_code_is_found() => Assert.Equal(0x2_0000, UefiVariables.StoreLength(Image(0x2_0000, 0x20_0000)));

    [Fact]
    public void Code_alone_has_no_store() => Assert.Equal(0, UefiVariables.StoreLength(new byte[0x1e_0000]));

    [Fact]
    public void Uefi_starts_with_a_volume_and_a_bios_does_not()
    {
        Assert.True(UefiVariables.IsUefi(Image(0, 0x1000)));
        Assert.False(UefiVariables.IsUefi(new byte[0x1000]));
        Assert.False(UefiVariables.IsUefi([]));
    }

    [Theory]
    [InlineData(0x2_0000, 0x1e_0000, null)]
    [InlineData(0x8_4000, 0x37_c000, null)]
    [InlineData(0x8_4000, 0x1e_0000, "does not go with a boot ROM of 1966080 bytes")]
    public void Store_and_code_belong_together(int store, int code, string? expected)
    {
        var misfit = UefiVariables.Misfit(Image(store, store), code);

        if (expected is null) Assert.Null(misfit);
        else Assert.Contains(expected, misfit);
    }

    [Fact]
    public void Other_file_is_no_store() => Assert.Contains("is no UEFI variable store", UefiVariables.Misfit(new byte[0x2_0000], 0x1e_0000));

    [Theory]
    [InlineData("/usr/share/OVMF/OVMF_CODE.fd", "/usr/share/OVMF/OVMF_VARS.fd")]
    [InlineData("OVMF_CODE_4M.fd", "OVMF_VARS_4M.fd")]
    [InlineData("/CODE/rom.bin", null)]
    public void Empty_store_lies_beside_the_code(string rom, string? expected) => Assert.Equal(expected, UefiVariables.TemplateBeside(rom));

    [Fact]
    public void Random_lengths_never_point_outside_the_image() =>
        Prop.ForAll(ArbMap.Default.GeneratorFor<ulong>().ToArbitrary(), length =>
        {
            var image = Image(0, 0x1000);
            BinaryPrimitives.WriteUInt64LittleEndian(image.AsSpan(32), length);
            return UefiVariables.StoreLength(image) is >= 0 and <= 0x1000;
        }).QuickCheckThrowOnFailure();

    static byte[] Image(int store, int length)
    {
        var image = new byte[length];
        new Guid("fff12b8d-7696-4c8b-a985-2747075b4f50").TryWriteBytes(image.AsSpan(16));
        BinaryPrimitives.WriteUInt64LittleEndian(image.AsSpan(32), (ulong)store);
        "_FVH"u8.CopyTo(image.AsSpan(40));
        return image;
    }
}
